//! Cloud profiles: all that differs between clouds, as data.
//!
//! The three embedded ones come from `clouds/*.yml` of the source tree; a user's own, in `clouds/`
//! beside `pipewright.yml`, add a cloud or take the place of an embedded one with the same id.

mod load;
mod profile;
mod render;
mod settings;

pub use load::{LoadError, parse, read};
pub use profile::{
    Change, Cluster, Database, Profile, Registry, Secret, Setting, SettingKind, Step, Subject,
    SubjectKind, When,
};
pub use render::{Rendered, Surroundings};
pub use settings::{SettingProblem, resolve};

use crate::diagnostic::nearest;
use std::path::Path;
use std::sync::Arc;

/// The embedded profiles, in the order in which they are listed.
const EMBEDDED: [(&str, &str); 3] = [
    ("clouds/digitalocean.yml", include_str!("../../clouds/digitalocean.yml")),
    ("clouds/gcp.yml", include_str!("../../clouds/gcp.yml")),
    ("clouds/aws.yml", include_str!("../../clouds/aws.yml")),
];

/// The text of an embedded profile.
#[must_use]
pub fn embedded_text(id: &str) -> Option<&'static str> {
    let name = format!("clouds/{id}.yml");
    EMBEDDED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Whether a profile of this id is embedded.
#[must_use]
pub fn is_embedded(id: &str) -> bool {
    embedded_text(id).is_some()
}

/// A profile and where it comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The profile.
    pub profile: Arc<Profile>,
    /// Path of the user's file, or `None` for an embedded one.
    pub file: Option<String>,
}

/// All profiles that are known.
#[derive(Debug, Clone)]
pub struct Clouds {
    sources: Vec<Source>,
}

impl Clouds {
    /// The embedded profiles alone.
    ///
    /// # Errors
    /// When an embedded profile is faulty, which a test rules out.
    pub fn embedded() -> Result<Self, LoadError> {
        let mut sources = Vec::new();
        for (name, text) in EMBEDDED {
            sources.push(Source { profile: Arc::new(load::embedded(name, text)?), file: None });
        }
        Ok(Self { sources })
    }

    /// The embedded profiles and the user's own in `directory/*.yml`, where there is such a
    /// directory.
    ///
    /// # Errors
    /// When a file can't be read, or is no correct profile; all faulty files together.
    pub fn with_directory(directory: &Path) -> Result<Self, LoadError> {
        let mut clouds = Self::embedded()?;
        let mut problems = Vec::new();
        for path in load::profile_files(directory)? {
            let name = path.display().to_string();
            let text = load::read(&path)?;
            match parse(&name, &text) {
                Ok(profile) => clouds.add(profile, name),
                Err(LoadError::Faulty(found)) => problems.extend(found),
                Err(other) => return Err(other),
            }
        }
        if problems.is_empty() { Ok(clouds) } else { Err(LoadError::Faulty(problems)) }
    }

    /// Adds a user's profile, in the place of the one with the same id if there is one.
    fn add(&mut self, profile: Profile, file: String) {
        let source = Source { profile: Arc::new(profile), file: Some(file) };
        match self.sources.iter_mut().find(|known| known.profile.id == source.profile.id) {
            Some(known) => *known = source,
            None => self.sources.push(source),
        }
    }

    /// All profiles, the embedded ones first.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The profile with this id, or with this word among its aliases.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<&Source> {
        self.sources
            .iter()
            .find(|source| source.profile.id == word)
            .or_else(|| self.sources.iter().find(|source| is_alias(&source.profile, word)))
    }

    /// The id or alias that comes closest to a word that is none.
    #[must_use]
    pub fn nearest(&self, word: &str) -> Option<&str> {
        let known = self.sources.iter().flat_map(|source| {
            std::iter::once(&source.profile.id).chain(source.profile.aliases.iter())
        });
        nearest(word, known.map(String::as_str))
    }

    /// The ids of all profiles, for messages.
    #[must_use]
    pub fn ids(&self) -> String {
        let ids: Vec<&str> = self.sources.iter().map(|source| source.profile.id.as_str()).collect();
        ids.join(", ")
    }
}

fn is_alias(profile: &Profile, word: &str) -> bool {
    profile.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(word))
        || profile.id.eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_profiles_are_sound() {
        for (name, text) in EMBEDDED {
            let checked = parse(name, text);
            let found = checked.map_err(|error| match error {
                LoadError::Faulty(problems) => format!("{problems:#?}"),
                other => other.to_string(),
            });
            assert_eq!(found, load::embedded(name, text).map_err(|error| error.to_string()));
        }
    }

    const DOOR: &str = "\
id: oven
name: Oven
version: 1
settings:
  door: {type: choice, description: Way in, choices: [key, bell], default: key}
  bell: {type: string, description: Where it hangs, required: true, when: {door: bell}}
  floor: {type: string, description: Where it is, required_when: {door: bell}}
image: oven/{{ name }}
registry:
  name: \"{% if door == 'bell' %}Bell{% else %}Key{% endif %}\"
  secrets: [key, oven]
  releases_only_when: {door: bell}
cluster: {name: Oven, connect: [bake], secrets: [oven]}
secrets:
  key: {description: key, when: {door: key}, env_vars: {KEY: the key}}
  oven: {description: heat, env_vars: {HEAT: how hot}}
runbook:
  - {title: Cut a key, when: {door: key}}
  - {title: Hang up the bell, when: {door: bell}}
";

    const SURROUNDINGS: Surroundings<'static> = Surroundings {
        name: "bread",
        namespace: "default",
        pull_secret: "bread-registry",
        default_branch: "main",
        release_tags: &[],
    };

    fn given(values: &[(&str, &str)]) -> indexmap::IndexMap<String, String> {
        values.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn what_depends_on_a_setting_is_there_with_it_only() {
        let profile = parse("oven.yml", DOOR).unwrap();
        for (values, title, secrets, registry) in [
            (&[][..], "Cut a key", &["key", "oven"][..], "Key"),
            (
                &[("door", "bell"), ("bell", "left"), ("floor", "2")],
                "Hang up the bell",
                &["oven"],
                "Bell",
            ),
        ] {
            let values = resolve(&profile, &given(values), &SURROUNDINGS).unwrap();
            let rendered = profile.render(&SURROUNDINGS, &values).unwrap();
            let titles: Vec<&str> =
                rendered.runbook.iter().map(|step| step.title.as_str()).collect();
            assert_eq!(titles, [title]);
            assert_eq!(rendered.secrets.keys().collect::<Vec<_>>(), secrets);
            assert_eq!(rendered.registry_name, registry);
            assert_eq!(rendered.releases_only, registry == "Bell");
        }
    }

    #[test]
    fn settings_that_depend_on_others_are_asked_for_with_them_only() {
        let profile = parse("oven.yml", DOOR).unwrap();
        for (values, messages) in [
            (
                &[("door", "bell")][..],
                &[
                    "Oven needs the setting \"bell\", as \"door\" is \"bell\": where it hangs",
                    "Oven needs the setting \"floor\", as \"door\" is \"bell\": where it is",
                ][..],
            ),
            (&[("bell", "left")], &["\"bell\" is of no use unless \"door\" is \"bell\""]),
        ] {
            let problems = resolve(&profile, &given(values), &SURROUNDINGS).unwrap_err();
            let found: Vec<&str> = problems.iter().map(|of| of.message.as_str()).collect();
            assert_eq!(found, messages);
        }
    }

    #[test]
    fn a_condition_that_can_never_hold_is_reported_at_its_place() {
        for (from, to, line, message) in [
            ("when: {door: key}, env", "when: {door: kay}, env", 15, "\"kay\" is not a value of"),
            ("Cut a key, when: {door", "Cut a key, when: {dor", 18, "there is no setting \"dor\""),
            ("required_when: {door: bell}", "required_when: {hinge: x}", 7, "no setting \"hinge\""),
            (
                "required: true, when: {door",
                "required: true, when: {floor",
                6,
                "\"floor\" before this",
            ),
            ("only_when: {door: bell}", "only_when: {door: ring}", 12, "which is one of key, bell"),
            (
                "connect: [bake]",
                "connect: [\"{% if door == 'bell' %}{{ dor }}{% endif %}\"]",
                13,
                "`dor`",
            ),
        ] {
            assert!(DOOR.contains(from), "{from}");
            let Err(LoadError::Faulty(found)) = parse("oven.yml", &DOOR.replace(from, to)) else {
                panic!("{to} is fine")
            };
            let [only] = found.as_slice() else { panic!("{found:#?}") };
            assert_eq!(only.file.position(only.problem.span.start).line, line, "{to}");
            assert!(only.problem.message.contains(message), "{}", only.problem.message);
        }
    }
}
