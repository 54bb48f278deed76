//! Three-way merge of YAML by structure: walks the same collections of the base, the user's text
//! and the new render, and collects the changes of the user's text that bring in what the render
//! changed. What it did not change is not touched.

use super::pieces::{Clash, Piece};
use super::rename;
use super::sequence::{Hunk, hunks};
use super::units::{Unit, Units, indented, line_end, line_start, region, units};
use crate::diagnostic::Span;
use crate::yaml::{Kind, Node, Style, Tree, Value, emit};
use std::collections::HashMap;
use std::ops::Range;

/// The keys of lists that are the words of one command.
const ARGUMENTS: [&str; 2] = ["command", "args"];

/// The keys that name the items of a list.
const NAMES: [&str; 3] = ["name", "env_var", "key"];

pub(super) fn merge<'t>(base: &'t Tree, theirs: &'t Tree, ours: &'t Tree) -> Option<Vec<Piece>> {
    let whole = |tree: &'t Tree| {
        // What stands above a `---` is not part of the document.
        let start = tree.root().outer_span().start;
        let head = tree.text().get(..start).unwrap_or_default();
        let from = head
            .rfind("\n---")
            .map(|at| line_end(tree.text(), at + 1))
            .or_else(|| head.starts_with("---").then(|| line_end(tree.text(), 0)));
        Span::new(from.unwrap_or(0), tree.text().len())
    };
    let b = units(base.text(), base.root(), whole(base))?;
    let t = units(theirs.text(), theirs.root(), whole(theirs))?;
    let o = units(ours.text(), ours.root(), whole(ours))?;
    if base.root().kind() != theirs.root().kind() || base.root().kind() != ours.root().kind() {
        return None;
    }
    let mut merger =
        Merger { theirs: theirs.text(), pieces: Vec::new(), at: Vec::new(), stuck: false };
    merger.collection(base.root().kind(), Some(&b), &t, &o);
    (!merger.stuck).then_some(merger.pieces)
}

struct Merger<'t> {
    theirs: &'t str,
    pieces: Vec<Piece>,
    /// Keys and names that lead to where the walk is.
    at: Vec<String>,
    /// A conflict in a flow collection, which can't be marked there: what holds it has to.
    stuck: bool,
}

/// The same unit in the three texts.
struct Same {
    base: Option<usize>,
    theirs: Option<usize>,
    ours: Option<usize>,
}

impl<'t> Merger<'t> {
    fn collection(&mut self, kind: Kind, b: Option<&Units<'t>>, t: &Units<'t>, o: &Units<'t>) {
        let named = kind == Kind::Map
            || [Some(t), Some(o), b].into_iter().flatten().all(|units| has_names(units));
        if named {
            self.by_name(b, t, o);
        } else if let Some(b) = b {
            self.by_place(b, t, o);
        } else if contents(t) != contents(o) {
            self.stuck = true;
        }
        if let Some(b) = b.filter(|_| !t.flow) {
            self.tail(b, t, o);
        }
    }

    /// Comments after the last unit.
    fn tail(&mut self, b: &Units<'t>, t: &Units<'t>, o: &Units<'t>) {
        let text = |units: &Units<'t>| units.tail.slice(units.text).trim().to_owned();
        if text(b) != text(o) && text(b) == text(t) {
            let ours = o.tail.slice(o.text);
            self.put(t.tail, shifted(ours, o.column, t.column));
        }
    }

    fn by_name(&mut self, b: Option<&Units<'t>>, t: &Units<'t>, o: &Units<'t>) {
        let same = matched(b, t, o);
        // Where the units of the render are in the user's text, for the neighbours of new ones.
        let place: HashMap<usize, usize> =
            same.iter().filter_map(|same| Some((same.ours?, same.theirs?))).collect();
        let mut gone = vec![false; t.list.len()];
        for Same { base, theirs, ours } in &same {
            let (in_base, in_theirs, in_ours) =
                (pick(b, *base), pick(Some(t), *theirs), pick(Some(o), *ours));
            if let (Some(in_base), Some(in_theirs), None) = (in_base, in_theirs, in_ours) {
                if equal(b, in_base, t, in_theirs) {
                    if let Some(gone) = theirs.and_then(|index| gone.get_mut(index)) {
                        *gone = true;
                    }
                } else {
                    self.step(in_theirs);
                    self.clash_unit(
                        t,
                        in_theirs,
                        String::new(),
                        "you changed what is no longer generated",
                    );
                    self.at.pop();
                }
            }
            if let (Some(in_theirs), Some(in_ours)) = (in_theirs, in_ours) {
                self.step(in_theirs);
                self.unit(b, in_base, t, in_theirs, o, in_ours);
                self.at.pop();
            }
        }
        let more = same.iter().any(|same| same.theirs.is_none() && same.base.is_none());
        self.remove(t, &gone, more);
        for Same { base, theirs, ours } in &same {
            let (None, Some(index)) = (theirs, ours) else { continue };
            let Some(in_ours) = o.list.get(*index) else { continue };
            let in_base = b.zip(*base).and_then(|(units, index)| units.list.get(index));
            // The user removed it: it comes back only as a conflict, if it changed.
            if in_base.is_some_and(|in_base| equal(b, in_base, o, in_ours)) {
                continue;
            }
            let clash = in_base.map(|_| "you removed what has changed");
            self.step(in_ours);
            self.insert(t, o, *index, &place, &gone, clash);
            self.at.pop();
        }
    }

    fn step(&mut self, unit: &Unit<'t>) {
        let name = unit.key.map(str::to_owned).or_else(|| name(unit.node).map(str::to_owned));
        self.at.push(name.unwrap_or_default());
    }

    /// A unit that is in the user's text and in the render.
    fn unit(
        &mut self,
        b_units: Option<&Units<'t>>,
        b: Option<&Unit<'t>>,
        t_units: &Units<'t>,
        t: &Unit<'t>,
        o_units: &Units<'t>,
        o: &Unit<'t>,
    ) {
        if let Some(b) = b {
            self.lead(b, t, o);
            if b.content == o.content || equal_body(b_units, b, o_units, o) {
                return;
            }
            if b.content == t.content {
                self.put(t.body, indented(&fitted(&o.content, t_units, t), t.column, false));
                return;
            }
        }
        if t.content == o.content || equal_body(Some(t_units), t, o_units, o) {
            return;
        }
        let before = self.pieces.len();
        self.trailing(b_units, b, t_units, t, o_units, o);
        if !self.value(b_units, b, t_units, t, o_units, o) {
            self.pieces.truncate(before);
            self.stuck = false;
            self.clash_unit(t_units, t, o.content.clone(), "both changed it");
        }
    }

    /// The comment lines above a unit. A comment that both changed stays the user's; of two that
    /// are new both stay.
    fn lead(&mut self, b: &Unit<'t>, t: &Unit<'t>, o: &Unit<'t>) {
        if t.inline || o.inline || bare(&b.comments) == bare(&o.comments) {
            return;
        }
        let base: Vec<&str> = b.comments.split_inclusive('\n').collect();
        let mine: Vec<&str> = t.comments.split_inclusive('\n').collect();
        let own: Vec<&str> = o.comments.split_inclusive('\n').collect();
        for hunk in hunks(&base, &mine, &own) {
            let (from, theirs, ours, both) = match hunk {
                Hunk::Ours { base, theirs, ours } => (base, theirs, ours, false),
                Hunk::Both { base, theirs, ours } => (base, theirs, ours, true),
            };
            if both && (!from.is_empty() || mine.get(theirs.clone()) == own.get(ours.clone())) {
                continue;
            }
            let line =
                |count: usize| (0..count).fold(t.lead.start, |at, _| line_end(self.theirs, at));
            let start = line(theirs.start);
            let end = if both { start } else { line(theirs.end) };
            let text = own.get(ours).unwrap_or_default().concat();
            self.put(Span::new(start, end), indented(&text, t.column, true));
        }
    }

    /// The comment behind a key or a value in its line.
    fn trailing(
        &mut self,
        b_units: Option<&Units<'t>>,
        b: Option<&Unit<'t>>,
        t_units: &Units<'t>,
        t: &Unit<'t>,
        o_units: &Units<'t>,
        o: &Unit<'t>,
    ) {
        let (Some(b_units), Some(b)) = (b_units, b) else { return };
        if t_units.flow {
            return;
        }
        let base = trailing_comment(b_units, b).map(|span| span.slice(b_units.text));
        let own = trailing_comment(o_units, o).map(|span| span.slice(o_units.text));
        let theirs = trailing_comment(t_units, t);
        if base == own || base != theirs.map(|span| span.slice(t_units.text)) {
            return;
        }
        match (theirs, own) {
            (Some(span), Some(own)) => self.put(span, own.to_owned()),
            (Some(span), None) => {
                let before = self.theirs.get(..span.start).unwrap_or_default();
                self.put(Span::new(before.trim_end().len(), span.end), String::new());
            }
            (None, Some(own)) => {
                let end = line_end(self.theirs, line_of_comment(t_units, t));
                let line = self.theirs.get(..end).unwrap_or_default();
                let at = line.trim_end_matches(['\n', '\r']).len();
                self.put(Span::new(at, at), format!(" {own}"));
            }
            (None, None) => {}
        }
    }

    /// Merges the values of a unit; `false` where both changed it.
    fn value(
        &mut self,
        b_units: Option<&Units<'t>>,
        b: Option<&Unit<'t>>,
        t_units: &Units<'t>,
        t: &Unit<'t>,
        o_units: &Units<'t>,
        o: &Unit<'t>,
    ) -> bool {
        let kind = t.node.kind();
        let collections = matches!(kind, Kind::Map | Kind::Seq) && o.node.kind() == kind;
        if collections && b.is_none_or(|b| b.node.kind() == kind) {
            let inside =
                |at: &Units<'t>, unit: &Unit<'t>| units(at.text, unit.node, region(at.text, unit));
            let (t_inner, o_inner) = (inside(t_units, t), inside(o_units, o));
            let b_inner = match (b_units, b) {
                (Some(b_units), Some(b)) => match inside(b_units, b) {
                    Some(inner) => Some(inner),
                    None => return false,
                },
                _ => None,
            };
            let (Some(t_inner), Some(o_inner)) = (t_inner, o_inner) else { return false };
            let outer = std::mem::replace(&mut self.stuck, false);
            self.collection(kind, b_inner.as_ref(), &t_inner, &o_inner);
            let stuck = std::mem::replace(&mut self.stuck, outer);
            if stuck && t_units.flow {
                self.stuck = true;
            }
            return !stuck;
        }
        let Some(b) = b else { return false };
        if alike(b.node, o.node) {
            return true;
        }
        if alike(t.node, o.node) {
            return true;
        }
        if alike(b.node, t.node) {
            return self.replace_value(t_units, t, o_units, o);
        }
        self.block_text(b_units, b, t_units, t, o_units, o)
    }

    /// The render's value in the place of the user's, which says what the base says.
    fn replace_value(
        &mut self,
        t_units: &Units<'t>,
        t: &Unit<'t>,
        o_units: &Units<'t>,
        o: &Unit<'t>,
    ) -> bool {
        let scalar = |node: Node<'_>| !matches!(node.kind(), Kind::Map | Kind::Seq);
        let on_line = |node: Node<'_>| {
            scalar(node)
                && !node.is_absent()
                && !matches!(node.style(), Style::Literal | Style::Folded)
        };
        if !t.node.is_alias() && on_line(t.node) && on_line(o.node) {
            let raw = o.node.outer_span().slice(o_units.text);
            let text = match (t.node.style(), o.node.as_str()) {
                // The user's way of quoting stays.
                (Style::SingleQuoted, Some(text)) if !text.contains('\n') => {
                    format!("'{}'", text.replace('\'', "''"))
                }
                (Style::DoubleQuoted, Some(text)) if is_plain_text(text) => format!("\"{text}\""),
                _ => raw.to_owned(),
            };
            if !text.contains('\n') {
                self.put(t.node.outer_span(), text);
                return true;
            }
        }
        if t_units.flow || o_units.flow || t.key.is_none() || t.inline {
            return false;
        }
        self.put(t.body, indented(&o.content, t.column, false));
        true
    }

    /// Block scalars, line by line.
    fn block_text(
        &mut self,
        b_units: Option<&Units<'t>>,
        b: &Unit<'t>,
        t_units: &Units<'t>,
        t: &Unit<'t>,
        o_units: &Units<'t>,
        o: &Unit<'t>,
    ) -> bool {
        let Some(b_units) = b_units else { return false };
        let block = |node: Node<'_>| {
            matches!(node.style(), Style::Literal | Style::Folded) && !node.is_alias()
        };
        if !(block(b.node) && block(t.node) && block(o.node)) || b.node.style() != o.node.style() {
            return false;
        }
        let cut = |units: &Units<'t>, unit: &Unit<'t>| -> Option<(usize, usize, String)> {
            let span = unit.node.span();
            let start = line_end(units.text, span.start);
            let end = line_end(units.text, span.end.saturating_sub(1)).max(start);
            let lines = units.text.get(start..end)?;
            let indent = lines
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| line.len() - line.trim_start_matches(' ').len())
                .min()?;
            let text: String = lines
                .split_inclusive('\n')
                .map(|line| {
                    line.get(indent.min(line.len() - line.trim_start_matches(' ').len())..)
                        .unwrap_or_default()
                })
                .collect();
            Some((start, indent, text))
        };
        let (Some((_, _, base)), Some((start, indent, theirs)), Some((_, _, ours))) =
            (cut(b_units, b), cut(t_units, t), cut(o_units, o))
        else {
            return false;
        };
        let pieces = super::lines::merge(&base, &theirs, &ours);
        if pieces.iter().any(|piece| piece.conflict.is_some()) {
            return false;
        }
        for piece in pieces {
            let line = |end: usize| {
                let count = theirs.get(..end).unwrap_or_default().matches('\n').count();
                (0..count).fold(start, |at, _| line_end(self.theirs, at))
            };
            let span = Span::new(line(piece.span.start), line(piece.span.end));
            self.put(span, indented(&piece.ours, indent, true));
        }
        true
    }

    /// Items without names, by their order.
    fn by_place(&mut self, b: &Units<'t>, t: &Units<'t>, o: &Units<'t>) {
        let (base, theirs, ours) = (keys(b), keys(t), keys(o));
        // The words of one command belong together.
        let one_command = self.at.last().is_some_and(|key| ARGUMENTS.contains(&key.as_str()));
        if one_command && base != theirs && base != ours && theirs != ours {
            self.stuck = true;
            return;
        }
        for hunk in hunks(&base, &theirs, &ours) {
            let (Hunk::Ours { base: from, theirs: mine, ours: own }
            | Hunk::Both { base: from, theirs: mine, ours: own }) = hunk.clone();
            let count = from.len();
            let even = count > 0 && mine.len() == count && own.len() == count;
            if theirs.get(mine.clone()) == ours.get(own.clone()) {
                continue;
            }
            if even {
                for (of_base, (of_theirs, of_ours)) in from.zip(mine.zip(own)) {
                    let (Some(in_base), Some(in_theirs), Some(in_ours)) =
                        (b.list.get(of_base), t.list.get(of_theirs), o.list.get(of_ours))
                    else {
                        continue;
                    };
                    self.unit(Some(b), Some(in_base), t, in_theirs, o, in_ours);
                }
                continue;
            }
            match hunk {
                Hunk::Ours { .. } => self.swap(t, &mine, o, &own, None),
                // A set in brackets, such as dependencies: additions go side by side.
                Hunk::Both { .. } if t.flow && from.is_empty() => {
                    self.swap(t, &(mine.start..mine.start), o, &own, None);
                }
                Hunk::Both { .. } if t.flow => self.stuck = true,
                Hunk::Both { .. } => {
                    if !self.without_comments(b, &from, t, &mine, o, &own) {
                        self.swap(t, &mine, o, &own, Some("both changed these items"));
                    }
                }
            }
        }
    }

    /// Items that only meet because a comment has changed, merged by what they say; `false` where
    /// they meet in that, too.
    fn without_comments(
        &mut self,
        b: &Units<'t>,
        from: &Range<usize>,
        t: &Units<'t>,
        mine: &Range<usize>,
        o: &Units<'t>,
        own: &Range<usize>,
    ) -> bool {
        let cut = |units: &Units<'t>, range: &Range<usize>| -> Vec<String> {
            let all = contents(units);
            all.get(range.clone()).unwrap_or_default().iter().map(|&text| text.to_owned()).collect()
        };
        let found = hunks(&cut(b, from), &cut(t, mine), &cut(o, own));
        let mut plain = Vec::new();
        for hunk in found {
            let Hunk::Ours { base, theirs, ours } = hunk else { return false };
            if base.len() != theirs.len() || base.len() != ours.len() {
                return false;
            }
            plain.extend(theirs.zip(ours));
        }
        for (theirs, ours) in plain {
            if let (Some(in_theirs), Some(in_ours)) =
                (t.list.get(mine.start + theirs), o.list.get(own.start + ours))
            {
                let text = fitted(&in_ours.content, t, in_theirs);
                self.put(in_theirs.body, indented(&text, in_theirs.column, false));
            }
        }
        true
    }

    /// Items of the user's give way to items of the render.
    fn swap(
        &mut self,
        t: &Units<'t>,
        mine: &Range<usize>,
        o: &Units<'t>,
        own: &Range<usize>,
        clash: Option<&'static str>,
    ) {
        let fresh = o.list.get(own.clone()).unwrap_or_default();
        if t.flow {
            self.swap_in_flow(t, mine, fresh);
            return;
        }
        let text: String = fresh.iter().map(|unit| whole(t, unit, o)).collect();
        let list = t.list.get(mine.clone()).unwrap_or_default();
        let span = match (list.first(), list.last()) {
            (Some(first), Some(last)) => {
                Span::new(first.lead.start.min(first.body.start), last.body.end)
            }
            _ => {
                let at = gap(t, mine.start);
                Span::new(at, at)
            }
        };
        self.piece(span, text, clash);
    }

    fn swap_in_flow(&mut self, t: &Units<'t>, mine: &Range<usize>, fresh: &[Unit<'t>]) {
        let texts: Vec<String> = fresh.iter().map(in_brackets).collect();
        if texts.iter().any(|text| text.contains('\n')) {
            self.stuck = true;
            return;
        }
        let text = texts.join(", ");
        let list = t.list.get(mine.clone()).unwrap_or_default();
        match (list.first(), list.last()) {
            (Some(first), Some(last)) if !text.is_empty() => {
                self.put(Span::new(first.body.start, last.body.end), text);
            }
            (Some(first), Some(last)) => {
                let next = t.list.get(mine.end).map(|unit| unit.body.start);
                let previous = mine
                    .start
                    .checked_sub(1)
                    .and_then(|index| t.list.get(index))
                    .map(|unit| unit.body.end);
                let span = match (previous, next) {
                    (Some(previous), _) => Span::new(previous, last.body.end),
                    (None, Some(next)) => Span::new(first.body.start, next),
                    (None, None) => Span::new(first.body.start, last.body.end),
                };
                self.put(span, String::new());
            }
            _ if text.is_empty() => {}
            _ => {
                let previous = mine.start.checked_sub(1).and_then(|index| t.list.get(index));
                let (at, text) = match (previous, t.list.get(mine.start)) {
                    (Some(previous), _) => (previous.body.end, format!(", {text}")),
                    (None, Some(next)) => (next.body.start, format!("{text}, ")),
                    (None, None) => (t.region.start + 1, text),
                };
                self.put(Span::new(at, at), text);
            }
        }
    }

    /// Takes units away that are no longer generated, with the comments above them.
    /// `more`: whether others come in their place.
    fn remove(&mut self, t: &Units<'t>, gone: &[bool], more: bool) {
        if !more && gone.iter().all(|gone| *gone) && !gone.is_empty() && !t.flow {
            // A collection with nothing in it would be null: the value is whole or gone.
            self.stuck = true;
            return;
        }
        for (index, unit) in t.list.iter().enumerate() {
            if !gone.get(index).copied().unwrap_or_default() {
                continue;
            }
            if t.flow {
                self.swap_in_flow(t, &(index..index + 1), &[]);
            } else if unit.inline {
                // The next unit moves up behind the dash.
                let end = t.list.get(index + 1).map_or(unit.body.end, |next| next.body.start);
                self.put(Span::new(unit.body.start, end), String::new());
            } else {
                self.put(Span::new(unit.lead.start, unit.body.end), String::new());
            }
        }
    }

    /// A unit of the render that the user's text does not have, beside its neighbour.
    fn insert(
        &mut self,
        t: &Units<'t>,
        o: &Units<'t>,
        index: usize,
        place: &HashMap<usize, usize>,
        gone: &[bool],
        clash: Option<&'static str>,
    ) {
        let Some(unit) = o.list.get(index) else { return };
        let moved = moved(place);
        let is_there =
            |at: &usize| !gone.get(*at).copied().unwrap_or_default() && !moved.contains(at);
        let previous =
            (0..index).rev().find_map(|other| place.get(&other).copied().filter(is_there));
        let next =
            (index + 1..o.list.len()).find_map(|other| place.get(&other).copied().filter(is_there));
        if t.flow {
            if clash.is_some() {
                self.stuck = true;
                return;
            }
            let at = previous.map_or(next.unwrap_or(0), |previous| previous + 1);
            self.swap_in_flow(t, &(at..at), std::slice::from_ref(unit));
            return;
        }
        let first_inline = t.list.first().is_some_and(|first| first.inline);
        if previous.is_none() && first_inline && next == Some(0) {
            let Some(first) = t.list.first() else { return };
            let text =
                format!("{}{}", indented(&unit.content, t.column, false), " ".repeat(t.column));
            if clash.is_some() {
                self.stuck = true;
            } else {
                self.put(Span::new(first.body.start, first.body.start), text);
            }
            return;
        }
        let at = match (previous, next) {
            (Some(previous), _) => t.list.get(previous).map(|unit| unit.body.end),
            _ => t.list.first().filter(|first| !first.inline).map(|first| first.lead.start),
        };
        let at = at.unwrap_or(t.region.end);
        let mut text = whole(t, unit, o);
        // An empty line between units stays one.
        let follows = o.list.get(index + 1).is_some_and(|next| next.comments.starts_with('\n'));
        let rest = self.theirs.get(at..).unwrap_or_default();
        if previous.is_none() && follows && !rest.starts_with('\n') {
            text.push('\n');
        }
        self.piece(Span::new(at, at), text, clash);
    }

    /// Both changed a unit, and it can't be taken apart any further.
    fn clash_unit(
        &mut self,
        t_units: &Units<'t>,
        t: &Unit<'t>,
        ours: String,
        reason: &'static str,
    ) {
        if t_units.flow {
            self.stuck = true;
            return;
        }
        let start = line_start(self.theirs, t.body.start);
        let prefix = self.theirs.get(start..t.body.start).unwrap_or_default();
        let ours = if ours.is_empty() {
            ours
        } else {
            format!("{prefix}{}", indented(&ours, t.column, false))
        };
        self.piece(Span::new(start, t.body.end), ours, Some(reason));
    }

    fn put(&mut self, span: Span, ours: String) {
        self.piece(span, ours, None);
    }

    fn piece(&mut self, span: Span, mut ours: String, clash: Option<&'static str>) {
        let before = self.theirs.get(..span.start).unwrap_or_default();
        let at_end = span.start == span.end && span.start == self.theirs.len();
        if at_end && !before.is_empty() && !before.ends_with('\n') && ours.ends_with('\n') {
            // The user's text has no line break at its end, and keeps it so.
            ours.pop();
            ours.insert(0, '\n');
        }
        let conflict = clash.map(|reason| Clash { at: self.at.clone(), reason });
        self.pieces.push(Piece { span, ours, conflict });
    }
}

/// The units of the user's that stand before one that the render has before them: those that the
/// user has moved.
fn moved(place: &HashMap<usize, usize>) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> =
        place.iter().map(|(ours, theirs)| (*ours, *theirs)).collect();
    order.sort_unstable();
    let theirs: Vec<usize> = order.into_iter().map(|(_, theirs)| theirs).collect();
    // The longest part that is in the same order stays; what is not in it has moved.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(theirs.len());
    for (index, value) in theirs.iter().enumerate() {
        let before = theirs.get(..index).unwrap_or_default().iter().enumerate();
        let longest = before
            .filter(|(_, other)| *other < value)
            .filter_map(|(at, _)| best.get(at).map(|(length, _)| (*length, at)))
            .max();
        best.push((longest.map_or(1, |(length, _)| length + 1), longest.map(|(_, at)| at)));
    }
    let mut at = best.iter().enumerate().max_by_key(|(_, (length, _))| *length).map(|(at, _)| at);
    let mut kept = Vec::new();
    while let Some(index) = at {
        kept.extend(theirs.get(index));
        at = best.get(index).and_then(|(_, before)| *before);
    }
    theirs.iter().filter(|value| !kept.contains(value)).copied().collect()
}

/// A unit of the render with its comments, as lines for the user's collection.
fn whole(t: &Units<'_>, unit: &Unit<'_>, o: &Units<'_>) -> String {
    let mut content = unit.content.clone();
    if o.flow && !t.flow && unit.key.is_none() {
        content = format!("- {content}");
    }
    if !content.ends_with('\n') {
        content.push('\n');
    }
    indented(&unit.comments, t.column, true) + &indented(&content, t.column, true)
}

/// The render's body with a line break at its end exactly if the user's has one.
fn fitted(content: &str, t_units: &Units<'_>, t: &Unit<'_>) -> String {
    let mine = t.body.slice(t_units.text);
    let mut content = content.to_owned();
    match (mine.ends_with('\n'), content.ends_with('\n')) {
        (true, false) => content.push('\n'),
        (false, true) => content.truncate(content.trim_end_matches(['\n', '\r']).len()),
        _ => {}
    }
    content
}

fn shifted(text: &str, from: usize, to: usize) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            let rest = line.get(indent.min(from)..).unwrap_or_default();
            if rest.trim().is_empty() { rest.to_owned() } else { " ".repeat(to) + rest }
        })
        .collect()
}

/// Where a unit is inserted before the one of this number.
fn gap(t: &Units<'_>, index: usize) -> usize {
    match index.checked_sub(1).and_then(|previous| t.list.get(previous)) {
        Some(previous) => previous.body.end,
        None => t.list.first().map_or(t.region.end, |first| first.lead.start),
    }
}

fn pick<'u, 't>(units: Option<&'u Units<'t>>, index: Option<usize>) -> Option<&'u Unit<'t>> {
    units.zip(index).and_then(|(units, index)| units.list.get(index))
}

fn contents<'u>(units: &'u Units<'_>) -> Vec<&'u str> {
    units
        .list
        .iter()
        .map(|unit| unit.content.strip_prefix("- ").unwrap_or(&unit.content).trim_end())
        .collect()
}

/// What tells items apart: what they say, and the comments above.
fn keys(units: &Units<'_>) -> Vec<(String, Vec<String>)> {
    let content = contents(units).into_iter().map(str::to_owned);
    content.zip(units.list.iter().map(|unit| bare(&unit.comments))).collect()
}

/// Lines without white space around them, empty ones left out.
fn bare(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A unit as it stands in a flow collection.
fn in_brackets(unit: &Unit<'_>) -> String {
    let content = unit.content.strip_prefix("- ").unwrap_or(&unit.content).trim();
    match (unit.key, unit.node.kind(), unit.node.style()) {
        (None, Kind::Map, Style::Block) => emit::flow(unit.node),
        (Some(key), Kind::Map | Kind::Seq, Style::Block) => {
            format!("{}: {}", emit::scalar(key), emit::flow(unit.node))
        }
        _ => content.to_owned(),
    }
}

fn name(node: Node<'_>) -> Option<&str> {
    NAMES.iter().find_map(|key| node.get(key)).and_then(Node::as_str)
}

/// Whether all items have a name, and each its own.
fn has_names(units: &Units<'_>) -> bool {
    let mut names: Vec<&str> = units.list.iter().filter_map(|unit| name(unit.node)).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    count == units.list.len() && names.len() == count
}

/// The units of the three texts that are the same one.
fn matched(b: Option<&Units<'_>>, t: &Units<'_>, o: &Units<'_>) -> Vec<Same> {
    let id = |unit: &Unit<'_>| {
        unit.key.map(str::to_owned).or_else(|| name(unit.node).map(str::to_owned))
    };
    let index = |units: &Units<'_>| -> HashMap<String, usize> {
        let ids = units.list.iter().enumerate().rev();
        ids.filter_map(|(index, unit)| Some((id(unit)?, index))).collect()
    };
    let in_base = b.map(index).unwrap_or_default();
    let in_ours = index(o);
    let in_theirs = index(t);
    let mut all: Vec<Same> = Vec::new();
    for (at, unit) in t.list.iter().enumerate() {
        let Some(id) = id(unit) else { continue };
        all.push(Same {
            base: in_base.get(&id).copied(),
            theirs: Some(at),
            ours: in_ours.get(&id).copied(),
        });
    }
    for (at, unit) in o.list.iter().enumerate() {
        let Some(id) = id(unit).filter(|id| !in_theirs.contains_key(id)) else { continue };
        all.push(Same { base: in_base.get(&id).copied(), theirs: None, ours: Some(at) });
    }
    if let Some(b) = b.filter(|b| b.list.iter().any(|unit| unit.key.is_none())) {
        for (at, unit) in b.list.iter().enumerate() {
            let lost = id(unit)
                .is_none_or(|id| !in_theirs.contains_key(&id) && !in_ours.contains_key(&id));
            if lost {
                all.push(Same { base: Some(at), theirs: None, ours: None });
            }
        }
        renamed(&mut all, b, t, o);
    }
    all
}

/// Brings those together that one side gave another name.
fn renamed(all: &mut Vec<Same>, b: &Units<'_>, t: &Units<'_>, o: &Units<'_>) {
    let pick = |units: &Units<'_>, pick: &dyn Fn(&Same) -> Option<usize>, all: &[Same]| {
        let picked = all.iter().filter_map(pick);
        picked
            .filter_map(|index| Some((index, units.list.get(index)?.content.clone())))
            .collect::<Vec<_>>()
    };
    // The user's new names.
    let lost = pick(b, &|same| same.base.filter(|_| same.theirs.is_none()), all);
    let found = pick(t, &|same| same.theirs.filter(|_| same.base.or(same.ours).is_none()), all);
    for (base, theirs) in rename::pairs(&lost, &found) {
        let ours = all.iter().find(|same| same.base == Some(base)).and_then(|same| same.ours);
        all.retain(|same| same.base != Some(base));
        if let Some(same) = all.iter_mut().find(|same| same.theirs == Some(theirs)) {
            (same.base, same.ours) = (Some(base), ours);
        }
    }
    // The render's new names.
    let lost = pick(b, &|same| same.base.filter(|_| same.ours.is_none()), all);
    let found = pick(o, &|same| same.ours.filter(|_| same.base.or(same.theirs).is_none()), all);
    for (base, ours) in rename::pairs(&lost, &found) {
        all.retain(|same| same.ours != Some(ours));
        if let Some(same) = all.iter_mut().find(|same| same.base == Some(base)) {
            same.ours = Some(ours);
        }
    }
}

/// Whether two units say the same, comments included.
fn equal(a_units: Option<&Units<'_>>, a: &Unit<'_>, b_units: &Units<'_>, b: &Unit<'_>) -> bool {
    bare(&a.comments) == bare(&b.comments) && equal_body(a_units, a, b_units, b)
}

fn equal_body(
    a_units: Option<&Units<'_>>,
    a: &Unit<'_>,
    b_units: &Units<'_>,
    b: &Unit<'_>,
) -> bool {
    let Some(a_units) = a_units else { return false };
    a.content.trim_end() == b.content.trim_end()
        || (alike(a.node, b.node) && comments(a_units, a) == comments(b_units, b))
}

/// The comments inside of a unit.
fn comments<'u>(units: &Units<'u>, unit: &Unit<'u>) -> Vec<&'u str> {
    let body = unit.body;
    unit.node
        .tree()
        .comments()
        .iter()
        .filter(|comment| body.start <= comment.span.start && comment.span.end <= body.end)
        .map(|comment| comment.span.slice(units.text).trim_end())
        .collect()
}

/// The comment behind a unit's key or its value in one line.
fn trailing_comment(units: &Units<'_>, unit: &Unit<'_>) -> Option<Span> {
    let line = line_of_comment(units, unit);
    let (start, end) = (line_start(units.text, line), line_end(units.text, line));
    unit.node
        .tree()
        .comments()
        .iter()
        .find(|comment| !comment.alone && start <= comment.span.start && comment.span.end <= end)
        .map(|comment| comment.span)
}

/// A place in the line whose comment belongs to the unit: that of its key, or of its value's end.
fn line_of_comment(units: &Units<'_>, unit: &Unit<'_>) -> usize {
    let collection = matches!(unit.node.kind(), Kind::Map | Kind::Seq);
    let block = matches!(unit.node.style(), Style::Literal | Style::Folded);
    let flow = unit.node.style() == Style::Flow;
    if (collection && !flow) || block || unit.node.is_absent() {
        unit.body.start
    } else {
        unit.node.span().end.min(units.text.len())
    }
}

/// Whether two nodes say the same; the order of keys does not count.
fn alike(a: Node<'_>, b: Node<'_>) -> bool {
    match (a.value(), b.value()) {
        (Value::Map, Value::Map) => {
            a.entries().len() == b.entries().len()
                && a.entries().all(|entry| {
                    entry
                        .key
                        .as_str()
                        .and_then(|key| b.get(key))
                        .is_some_and(|other| alike(entry.value, other))
                })
        }
        (Value::Seq, Value::Seq) => {
            a.items().len() == b.items().len() && a.items().zip(b.items()).all(|(a, b)| alike(a, b))
        }
        (a, b) => a == b,
    }
}

fn is_plain_text(text: &str) -> bool {
    text.chars().all(|c| c != '"' && c != '\\' && !c.is_control())
}
