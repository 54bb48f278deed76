//! The template engine with the embedded templates and the filters that write every scalar
//! correctly quoted.

use super::GenerateError;
use crate::yaml::emit;
use std::sync::OnceLock;
use tera::{Context, Kwargs, State, Tera, TeraResult};

const TEMPLATES: [(&str, &str); 10] = [
    ("pipeline.yml", include_str!("../../templates/pipeline.yml.tera")),
    ("manifests/deployment.yml", include_str!("../../templates/manifests/deployment.yml.tera")),
    ("manifests/hpa.yml", include_str!("../../templates/manifests/hpa.yml.tera")),
    ("manifests/ingress.yml", include_str!("../../templates/manifests/ingress.yml.tera")),
    ("manifests/migrate-job.yml", include_str!("../../templates/manifests/migrate-job.yml.tera")),
    (
        "manifests/networkpolicy.yml",
        include_str!("../../templates/manifests/networkpolicy.yml.tera"),
    ),
    ("manifests/pdb.yml", include_str!("../../templates/manifests/pdb.yml.tera")),
    ("manifests/service.yml", include_str!("../../templates/manifests/service.yml.tera")),
    (
        "manifests/serviceaccount.yml",
        include_str!("../../templates/manifests/serviceaccount.yml.tera"),
    ),
    ("RUNBOOK.md", include_str!("../../templates/RUNBOOK.md.tera")),
];

/// Renders a template.
pub(super) fn render(template: &str, context: &Context) -> Result<String, GenerateError> {
    let fault = |error: &tera::Error| GenerateError::Template {
        template: template.to_owned(),
        message: error.to_string(),
    };
    let tera = engine().as_ref().map_err(fault)?;
    tera.render(template, context).map_err(|error| fault(&error))
}

/// The engine; its templates are compiled once a process.
fn engine() -> &'static Result<Tera, tera::Error> {
    static ENGINE: OnceLock<Result<Tera, tera::Error>> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut tera = Tera::default();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("yaml", |text: &str, _: Kwargs, _: &State<'_>| {
            emit::block_value(text)
        });
        tera.register_filter("flow", |text: &str, _: Kwargs, _: &State<'_>| emit::scalar(text));
        tera.register_filter("manifest", |text: &str, _: Kwargs, _: &State<'_>| manifest(text));
        tera.register_filter("item", item);
        tera.add_raw_templates(TEMPLATES)?;
        Ok(tera)
    })
}

/// A scalar of a manifest: `envsubst` will run over it, so no `$` of a value may stand in it.
fn manifest(text: &str) -> String {
    if !text.contains('$') {
        return emit::block_value(text);
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '$' => quoted.push_str("\\x24"),
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A command as a list item: plain where that is possible, else as a block indented by `pad`, so
/// that it reads as the shell reads it.
fn item(text: &str, kwargs: Kwargs, _: &State<'_>) -> TeraResult<String> {
    let pad: String = kwargs.must_get("pad")?;
    let line = emit::block_value(text);
    if line == text {
        return Ok(line);
    }
    Ok(emit::block_scalar(text, pad.len()).unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::manifest;
    use crate::yaml::Tree;

    #[test]
    fn envsubst_finds_nothing_to_fill_in_in_a_value() {
        for text in
            ["$img", "a${deployment}b", "$(touch x)", "\"$\\n\"", "$\n\t\u{7}é\u{2028}", "plain"]
        {
            let written = manifest(text);
            assert!(!written.contains('$'), "{written}");
            let tree = Tree::parse(format!("- {written}\n")).unwrap();
            assert_eq!(tree.root().item(0).and_then(|node| node.as_str()), Some(text), "{written}");
        }
    }
}
