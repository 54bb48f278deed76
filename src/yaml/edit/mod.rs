//! Changes to a text that keep the rest of it: every other byte, and every comment outside of the
//! value that goes. A change is a few replacements of byte ranges; its result is parsed and
//! compared with the tree before, and refused when anything else would differ.

mod fragment;
mod insert;
mod layout;
mod proof;
mod removal;
mod replace;

use self::fragment::Fragment;
use self::layout::Edits;
use self::proof::Change;
use super::node::Node;
use super::route::{Part, Route, Step};
use super::tree::{Kind, Style, Tree};
use crate::diagnostic::Problem;

/// The rule of every refused change.
const RULE: &str = "yaml-edit";

/// A node to change, and how it is reached.
#[derive(Clone, Copy)]
struct Site<'t> {
    node: Node<'t>,
    /// The collection that it is in, and its place there.
    parent: Option<(Node<'t>, usize)>,
    /// Whether it stands within brackets.
    flow: bool,
}

/// Sets the value at a route: replaces it, or inserts the last key or item, making the parents
/// that are missing. `yaml` is the new value as YAML, which is indented as its place needs, and
/// written on one line where it gets into brackets. An index equal to the list's length appends.
///
/// # Errors
/// A [`Problem`] of the rule `yaml-edit` when the text cannot be changed so that only this value
/// differs: the route leads through an alias, a scalar or past the end of a list, the value is
/// anchored and used elsewhere, `yaml` is no value. One of `yaml-syntax` when the text is no YAML.
pub fn set(text: &str, route: &Route, yaml: &str) -> Result<String, Problem> {
    let tree = Tree::parse(text)?;
    let fragment = Fragment::parse(yaml, tree.place(route, Part::Value))?;
    let mut site = Site { node: tree.root(), parent: None, flow: false };
    let mut rest = route.steps();
    while let Some((step, after)) = rest.split_first() {
        site.refuse_alias()?;
        let Some(child) = site.child(step) else { break };
        site = child;
        rest = after;
    }
    let edits = match rest.split_first() {
        None => replace::value(&site, &fragment)?,
        Some((step, below)) => match (site.node.kind(), step) {
            (Kind::Map, Step::Key(key)) => insert::entry(&site, key, &fragment.nested(below)?)?,
            (Kind::Seq, Step::Index(index)) if *index == site.node.items().len() => {
                insert::item(&site, &fragment.nested(below)?)?
            }
            (Kind::Null, _) => replace::value(&site, &fragment.nested(rest)?)?,
            (Kind::Seq, Step::Index(_)) => {
                let count = site.node.items().len();
                return Err(
                    site.refusal(format!("the list has {count} items, so `{route}` cannot be set"))
                );
            }
            (kind, _) => {
                return Err(
                    site.refusal(format!("`{route}` cannot be set, as {kind} stands on the way"))
                );
            }
        },
    };
    let lost = rest.is_empty().then(|| site.node.outer_span());
    proof::apply(&tree, route, edits, &Change::Set(fragment.root()), lost)
}

/// Removes the entry or item at a route, with the comment behind it on its last line; comments on
/// lines of their own stay. A collection that loses its last child becomes `{}` or `[]`.
///
/// # Errors
/// A [`Problem`] of the rule `yaml-edit` when there is nothing at the route, or when the text
/// cannot be changed so that only this differs; one of `yaml-syntax` when the text is no YAML.
pub fn remove(text: &str, route: &Route) -> Result<String, Problem> {
    let tree = Tree::parse(text)?;
    let mut site = Site { node: tree.root(), parent: None, flow: false };
    let mut parent = None;
    for step in route.steps() {
        site.refuse_alias()?;
        let Some(child) = site.child(step) else {
            return Err(site.refusal(format!("there is no `{route}` to remove")));
        };
        parent = Some(site);
        site = child;
    }
    let (Some(parent), Some((_, index))) = (parent, site.parent) else {
        return Err(site.refusal("the whole document cannot be removed".to_owned()));
    };
    let edits = removal::child(&parent, index)?;
    proof::apply(&tree, route, edits, &Change::Remove, None)
}

impl<'t> Site<'t> {
    fn child(&self, step: &Step) -> Option<Self> {
        let index = match step {
            Step::Key(key) => {
                self.node.entries().position(|entry| entry.key.as_str() == Some(key.as_str()))?
            }
            Step::Index(index) => *index,
        };
        let flow = self.in_flow();
        Some(Self { node: self.node.child(step)?, parent: Some((self.node, index)), flow })
    }

    /// Whether its children stand within brackets.
    fn in_flow(&self) -> bool {
        self.flow || self.node.style() == Style::Flow
    }

    fn text(&self) -> &'t str {
        self.node.tree().text()
    }

    fn refuse_alias(&self) -> Result<(), Problem> {
        if self.node.is_alias() {
            let alias = self.node.span().slice(self.text());
            return Err(self.refusal(format!(
                "the value is anchored elsewhere and stands here as \"{alias}\""
            )));
        }
        Ok(())
    }

    fn refusal(&self, message: String) -> Problem {
        Problem::new(RULE, self.node.span(), message)
    }
}
