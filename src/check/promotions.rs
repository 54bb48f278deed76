//! Parameters of promotions: each named once, and none both optional and with a default. The text
//! of the pipeline is fine for the platform's checks; what stores its promotions refuses them
//! (gofer, `create_impl.ex`).

use crate::diagnostic::Problem;
use crate::yaml::{Node, Value};
use std::collections::HashMap;

const RULE: &str = "promotion-parameters";

pub(super) fn check(root: Node<'_>, problems: &mut Vec<Problem>) {
    for promotion in root.get("promotions").into_iter().flat_map(Node::items) {
        let parameters = promotion.get("parameters").and_then(|all| all.get("env_vars"));
        let mut seen: HashMap<&str, Node<'_>> = HashMap::new();
        for parameter in parameters.into_iter().flat_map(Node::items) {
            problems.extend(optional_with_default(parameter));
            let Some(node) = parameter.get("name") else { continue };
            let Some(name) = node.as_str() else { continue };
            if let Some(first) = seen.insert(name, node) {
                problems.push(
                    Problem::new(
                        RULE,
                        node.span(),
                        format!("this promotion has the parameter \"{name}\" twice"),
                    )
                    .note(first.span(), "the first one"),
                );
            }
        }
    }
}

fn optional_with_default(parameter: Node<'_>) -> Option<Problem> {
    let required = parameter.entry("required")?;
    let default = parameter.entry("default_value")?;
    let given = default.value.as_str().is_some_and(|text| !text.is_empty());
    (given && required.value.value() == Value::Bool(false)).then(|| {
        Problem::new(
            RULE,
            default.key.span(),
            "a parameter that is not required cannot have a default value",
        )
        .help("remove \"required: false\": where nothing is given, the default value counts")
        .note(required.key.span(), "not required")
    })
}
