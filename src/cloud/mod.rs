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
}
