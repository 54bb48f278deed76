//! From parser events to a tree: one pass over a flat list of events with a stack of open
//! collections, so depth costs no call stack. Aliases are counted here as if they were expanded,
//! by arithmetic, so that whoever walks the tree later has a bounded way to go.

mod collections;
mod scalars;

use granit_parser::{Event, Options, Parser, Tag, options};

use super::mask::Mask;
use super::syntax;
use super::trap;
use super::tree::{
    Arena, Comment, Data, MAX_BYTES, MAX_DEPTH, MAX_NODES, NodeData, NodeId, Style, Tree,
};
use crate::diagnostic::{Problem, Span};

/// Why a text did not become a document.
enum Failure {
    /// The parser refused it.
    Syntax(Box<granit_parser::ScanError>),
    /// This room refused it.
    Refused(Problem),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// Reads a text.
pub(super) fn tree(text: String) -> Result<Tree, Problem> {
    if u32::try_from(text.len()).is_err() {
        return Err(Problem::new(syntax::RULE, Span::default(), "the text is larger than 4 GiB"));
    }
    let mut mask = None;
    let Document { arena, root, traps, comments, .. } = loop {
        let mut builder = Builder::new(&text, mask.as_ref());
        match builder.run() {
            Ok(()) => break builder.result(),
            Err(Failure::Refused(problem)) => return Err(problem),
            Err(Failure::Syntax(error)) => {
                let problem = syntax::problem(&text, &error, builder.open_bracket());
                mask = Some(mask.unwrap_or_default().after(error.kind(), &text).ok_or(problem)?);
            }
        }
    };
    Ok(Tree { text, arena, root, comments, traps })
}

fn empty_document() -> Document {
    let mut document = Document::default();
    document.arena.nodes.push(NodeData {
        data: Data::Map(0, 0),
        style: Style::Block,
        start: 0,
        end: 0,
        outer: 0,
    });
    document
}

fn parser_options() -> Options {
    options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: usize::MAX,
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    }
}

#[derive(Default)]
struct Document {
    arena: Arena,
    root: NodeId,
    traps: Vec<Problem>,
    comments: Vec<Comment>,
    /// The indentation of the first line that has a tab in it, and how many lines have.
    tabbed: Option<(Span, usize)>,
}

/// An open collection.
struct Frame {
    node: NodeId,
    /// Its anchor's id, or 0.
    anchor: usize,
    map: bool,
    flow: bool,
    /// Where its children begin among the pending ones.
    first: usize,
    size: Size,
    /// End of the last child.
    end: u32,
}

/// What a node amounts to with its aliases followed.
#[derive(Clone, Copy)]
struct Size {
    nodes: u64,
    /// Of the scalars' values.
    bytes: u64,
    height: usize,
}

/// What an anchor stands for; no size while its node is still open.
struct Anchored {
    node: NodeId,
    size: Option<Size>,
}

struct Builder<'t> {
    text: &'t str,
    mask: Option<&'t Mask>,
    document: Document,
    finished: Option<Document>,
    frames: Vec<Frame>,
    pending: Vec<NodeId>,
    /// By anchor id of the parser.
    anchors: Vec<Option<Anchored>>,
    /// End of what was read last; comments do not count.
    cursor: usize,
    first_document: Option<Span>,
    /// Whether the text has any tab.
    tabs: bool,
    /// The start of the last line that was found to be indented with tabs.
    tabbed_line: Option<usize>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, mask: Option<&'t Mask>) -> Self {
        Self {
            text,
            mask,
            document: Document::default(),
            finished: None,
            frames: Vec::new(),
            pending: Vec::new(),
            anchors: Vec::new(),
            cursor: 0,
            first_document: None,
            tabs: text.contains('\t'),
            tabbed_line: None,
        }
    }

    /// Notes a tab in the indentation of the line that a node of a block collection begins.
    fn indentation(&mut self, start: usize) {
        let before = self.text.as_bytes().get(..start).unwrap_or_default();
        let indented = |byte: &u8| matches!(byte, b' ' | b'\t' | b'-' | b'?');
        let width = before.iter().rev().take_while(|&byte| indented(byte)).count();
        let from = start - width;
        let begins =
            before.get(..from).is_none_or(|rest| matches!(rest.last(), None | Some(b'\n' | b'\r')));
        let white = before.get(from..).unwrap_or_default();
        let white = white.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
        let span = Span::new(from, from + white);
        if !begins || !span.slice(self.text).contains('\t') || self.tabbed_line == Some(from) {
            return;
        }
        self.tabbed_line = Some(from);
        self.document.tabbed.get_or_insert((span, 0)).1 += 1;
    }

    /// Reads the text, through its mask.
    fn run(&mut self) -> Result<(), Failure> {
        let source = self.mask.map_or(self.text, |mask| &mask.text);
        for next in Parser::new_from_str_with_options(source, parser_options()) {
            let (event, span) = match next {
                Ok(next) => next,
                Err(error) => match syntax::unclosed_at_end(self.text, &error) {
                    Some(bracket) => {
                        self.unclosed(bracket);
                        return Ok(());
                    }
                    None => return Err(Failure::Syntax(Box::new(error))),
                },
            };
            let at = span.byte_range().unwrap_or_default();
            let at = Span::new(at.start, at.end);
            let tag_span = span
                .tag_span()
                .and_then(|span| span.byte_range())
                .map(|range| Span::new(range.start, range.end));
            match event {
                Event::Scalar(value, style, anchor, tag) => {
                    let tag = tag.as_deref().zip(tag_span);
                    self.scalar(&value, style, anchor, tag, at, span.indent)?;
                }
                Event::SequenceStart(style, anchor, tag) => {
                    self.open(false, style, anchor, tag.as_deref().zip(tag_span), at)?;
                }
                Event::MappingStart(style, anchor, tag) => {
                    self.open(true, style, anchor, tag.as_deref().zip(tag_span), at)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(at)?,
                Event::Alias(anchor) => self.alias(anchor, at)?,
                Event::UnresolvedAlias(name) => {
                    return Err(syntax::unknown_anchor(&name, at).into());
                }
                Event::Anchor(_, _) => self.anchored(at),
                Event::Comment(_, _) => self.comment(at),
                Event::DocumentStart(explicit, _) => self.start(explicit, at),
                Event::DocumentEnd => self.end(),
                _ => {}
            }
        }
        Ok(())
    }

    /// The document that is open, if any, counts for nothing: the one before it does.
    fn unclosed(&mut self, bracket: Span) {
        let place = trap::unclosed_collection(bracket, bracket.slice(self.text));
        self.finished.get_or_insert_with(empty_document).traps.push(place);
    }

    /// The innermost bracket that is open.
    fn open_bracket(&self) -> Option<Span> {
        let frame = self.frames.last()?;
        let node = self.document.arena.nodes.get(frame.node as usize)?;
        let start = node.start as usize;
        let bracket = Span::new(start, start + 1);
        matches!(bracket.slice(self.text), "[" | "{").then_some(bracket)
    }

    fn result(mut self) -> Document {
        let comments = std::mem::take(&mut self.document.comments);
        let mut document = self.finished.take().unwrap_or_else(empty_document);
        document.comments = comments;
        document.traps.sort_by_key(|trap| (trap.span.start, trap.span.end));
        document
    }

    fn start(&mut self, explicit: bool, at: Span) {
        self.document.arena = Arena::default();
        self.document.root = 0;
        self.document.traps.clear();
        self.document.tabbed = None;
        self.frames.clear();
        self.pending.clear();
        self.anchors.clear();
        let place = if explicit {
            self.cursor = at.end;
            at
        } else {
            self.skip_end_marks(at.start);
            Span::new(self.cursor, self.cursor)
        };
        match self.first_document {
            None => self.first_document = Some(place),
            Some(first) => self.document.traps.push(trap::several_documents(place, first)),
        }
    }

    /// Moves on behind the `...` that end nothing before a document without a `---`.
    fn skip_end_marks(&mut self, document: usize) {
        let between = self.text.get(self.cursor..document).unwrap_or_default();
        let last = between.match_indices("...").filter(|(at, _)| {
            let before = self.text.get(..self.cursor + at).unwrap_or_default();
            before.is_empty() || before.ends_with(['\n', '\r', '\u{FEFF}'])
        });
        if let Some((at, mark)) = last.last() {
            self.cursor += at + mark.len();
        }
    }

    fn end(&mut self) {
        let comments = std::mem::take(&mut self.document.comments);
        let mut finished = std::mem::take(&mut self.document);
        if let Some((first, lines)) = finished.tabbed.take() {
            finished.traps.push(trap::tab_indentation(first, lines));
        }
        self.document.comments = comments;
        self.finished = Some(finished);
    }

    fn comment(&mut self, at: Span) {
        let before = self.text.get(..at.start).unwrap_or_default();
        let before = before.trim_end_matches([' ', '\t']);
        self.document.comments.push(Comment {
            span: at,
            text: at.slice(self.text).strip_prefix('#').unwrap_or_default().to_owned(),
            alone: before.is_empty() || before.ends_with(['\n', '\r', '\u{FEFF}']),
        });
    }

    fn register(&mut self, anchor: usize, node: NodeId, size: Option<Size>) {
        if anchor == 0 {
            return;
        }
        if self.anchors.len() <= anchor {
            self.anchors.resize_with(anchor + 1, || None);
        }
        if let Some(place) = self.anchors.get_mut(anchor) {
            *place = Some(Anchored { node, size });
        }
    }

    /// Gives a finished node to the collection that it is in.
    fn attach(&mut self, id: NodeId, size: Size, span: Span) -> Result<(), Failure> {
        self.cursor = self.cursor.max(span.end);
        if self.tabs && !self.in_flow() {
            self.indentation(span.start);
        }
        let Some(frame) = self.frames.last_mut() else {
            self.document.root = id;
            return if self.exceeds(size) { Err(syntax::too_many(span).into()) } else { Ok(()) };
        };
        let key = frame.map && (self.pending.len() - frame.first).is_multiple_of(2);
        frame.size.nodes = frame.size.nodes.saturating_add(size.nodes);
        frame.size.bytes = frame.size.bytes.saturating_add(size.bytes);
        frame.size.height = frame.size.height.max(size.height + 1);
        frame.end = frame.end.max(short(span.end));
        let size = frame.size;
        self.pending.push(id);
        if key && span.slice(self.text) == "<<" {
            self.document.traps.push(trap::merge_key(span));
        }
        if self.exceeds(size) { Err(syntax::too_many(span).into()) } else { Ok(()) }
    }

    fn exceeds(&self, size: Size) -> bool {
        let own = u64::try_from(self.text.len()).unwrap_or(u64::MAX);
        size.nodes > MAX_NODES || size.bytes > own.saturating_add(MAX_BYTES)
    }

    fn in_flow(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.flow)
    }

    fn next_id(&self) -> NodeId {
        short(self.document.arena.nodes.len())
    }

    fn push(&mut self, data: Data, style: Style, span: Span, outer: usize) {
        self.document.arena.nodes.push(NodeData {
            data,
            style,
            start: short(span.start),
            end: short(span.end),
            outer: short(outer.min(span.start)),
        });
    }
}

/// The tag `!`: "not by its looks", a string for a scalar.
fn is_non_specific(tag: &Tag) -> bool {
    matches!(tag.parts(), ("!", "") | ("", "!"))
}

/// Offsets fit, as longer texts are refused first.
fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
