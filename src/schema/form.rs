//! What may stand in one place: for each sort of node the alternatives that the schema offers.

use std::sync::OnceLock;

use fancy_regex::Regex;

use super::bounds::Bounds;
use crate::yaml::Kind;

/// A place in [`super::Shape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FormId(pub usize);

/// What may stand in one place. A sort of node without alternatives may not stand there.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Whatever the rest says, anything may.
    pub anything: bool,
    pub null: bool,
    pub boolean: bool,
    pub texts: Vec<Text>,
    pub integers: Vec<Bounds>,
    /// Numbers with or without a fraction.
    pub numbers: Vec<Bounds>,
    pub lists: Vec<ListForm>,
    pub maps: Vec<MapForm>,
    /// Values that the type gives as examples.
    pub examples: Vec<String>,
}

impl Form {
    pub const fn anything() -> Self {
        Self {
            anything: true,
            null: false,
            boolean: false,
            texts: Vec::new(),
            integers: Vec::new(),
            numbers: Vec::new(),
            lists: Vec::new(),
            maps: Vec::new(),
            examples: Vec::new(),
        }
    }
}

impl Form {
    /// Whether a node of this sort may stand here.
    pub fn admits(&self, kind: Kind) -> bool {
        self.anything
            || match kind {
                Kind::Null => self.null,
                Kind::Bool => self.boolean,
                Kind::Int => !self.integers.is_empty() || !self.numbers.is_empty(),
                Kind::Float => !self.numbers.is_empty(),
                Kind::Str => !self.texts.is_empty(),
                Kind::Seq => !self.lists.is_empty(),
                Kind::Map => !self.maps.is_empty(),
            }
    }
}

/// A string.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Length in characters.
    pub length: Length,
    /// The only strings there are, when there are any.
    pub names: Vec<String>,
    pub pattern: Option<Pattern>,
}

/// A regular expression, compiled when first needed.
#[derive(Debug)]
pub(super) struct Pattern {
    pub source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub fn new(source: &str) -> Self {
        Self { source: source.to_owned(), compiled: OnceLock::new() }
    }

    /// Whether it is found in `text`. One that does not compile, or gives up, refuses nothing.
    pub fn matches(&self, text: &str) -> bool {
        self.compiled
            .get_or_init(|| Regex::new(&self.source).ok())
            .as_ref()
            .is_none_or(|regex| regex.is_match(text).unwrap_or(true))
    }
}

/// How many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    pub least: usize,
    pub most: usize,
}

impl Default for Length {
    fn default() -> Self {
        Self { least: 0, most: usize::MAX }
    }
}

/// A list.
#[derive(Debug)]
pub(super) struct ListForm {
    /// The first items, each by its own form.
    pub first: Vec<FormId>,
    /// All further items.
    pub items: FormId,
    pub length: Length,
}

/// A map.
#[derive(Debug, Default)]
pub(super) struct MapForm {
    pub keys: Vec<Key>,
    /// What any other key needs of itself.
    pub key_text: Option<FormId>,
    /// Values of keys that match a pattern.
    pub matching: Vec<(Pattern, FormId)>,
    /// Values of all other keys; none: there are no others.
    pub others: Option<FormId>,
    pub needs: Vec<Need>,
    /// How many entries there may be.
    pub length: Length,
}

impl MapForm {
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    pub fn knows(&self, name: &str) -> bool {
        self.key(name).is_some()
            || self.others.is_some()
            || self.matching.iter().any(|(pattern, _)| pattern.matches(name))
    }
}

/// A key of a map.
#[derive(Debug)]
pub(super) struct Key {
    pub name: String,
    pub form: FormId,
    pub required: bool,
}

/// Keys that need or exclude each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Need {
    /// Exactly one of them.
    OneOf(Vec<String>),
    /// At least one of them.
    AnyOf(Vec<String>),
    /// Not all of them together.
    NotAll(Vec<String>),
}
