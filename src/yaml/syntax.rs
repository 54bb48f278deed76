//! Refusals: what is wrong with a text that is no YAML, told for people.

use granit_parser::{ErrorKind, ScanError};

use super::tree::{MAX_BYTES, MAX_DEPTH, MAX_NODES};
use crate::diagnostic::{Problem, Span};

/// The rule of every refusal.
pub(super) const RULE: &str = "yaml-syntax";

const QUOTE: &str = "put the value in quotes";
const INDENT: &str = "line it up with the keys or dashes that it belongs to, with spaces";
const LITERAL: &str = "a text that is meant literally must be quoted";

/// The parser's refusal in words of our own.
pub(super) fn problem(text: &str, error: &ScanError, open_bracket: Option<Span>) -> Problem {
    let at = error.marker().byte_offset().unwrap_or_default().min(text.len());
    let rest = text.get(at..).unwrap_or_default();
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_deep(Span::new(at, at));
    }
    let line =
        text.get(..at).and_then(|before| before.rsplit(['\n', '\r']).next()).unwrap_or_default();
    let (message, help) = match guess(error, rest, line) {
        Some((message, help)) => (message, Some(help)),
        None => words(error, rest, line),
    };
    let width = rest.chars().next().filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
    let mut problem = Problem::new(RULE, Span::new(at, at + width), message);
    if let Some(help) = help {
        problem = problem.help(help);
    }
    match open_bracket {
        Some(bracket) if bracket.start != at => {
            let message = format!("inside this \"{}\", which is still open", bracket.slice(text));
            problem.note(bracket, message)
        }
        _ => problem,
    }
}

/// What people probably meant where the parser only sees that something else is missing.
fn guess(error: &ScanError, rest: &str, line: &str) -> Option<(String, &'static str)> {
    let block = matches!(
        error.kind(),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry
    );
    if block && line.trim_end().ends_with([']', '}']) {
        let message = "text after the closing bracket".to_owned();
        return Some((message, "a text that starts with a bracket or brace must be quoted"));
    }
    let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
    if block && line.get(..indentation).is_some_and(|white| white.contains('\t')) {
        let message = "the indentation fits nothing above: a tab counts as one column".to_owned();
        return Some((message, "indent with spaces"));
    }
    let in_flow = matches!(
        error.kind(),
        ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
    );
    (in_flow && rest.starts_with(',')).then(|| {
        ("nothing stands before this \",\"".to_owned(), "remove the \",\", or write a value")
    })
}

/// What is wrong, and what to do: from what stands at the place and before it on its line.
fn words(error: &ScanError, rest: &str, line: &str) -> (String, Option<&'static str>) {
    let (message, help) = match error.kind() {
        ErrorKind::MappingValueNotAllowed if !line.contains(": ") => (
            "a \":\" after a text of several lines, which cannot be a key",
            "is the \":\" missing on the line before, or this line indented too deep?",
        ),
        ErrorKind::MappingValueNotAllowed => (
            "a second \": \" on this line: no map can begin inside a value",
            "put a value that contains \": \" in quotes, or begin the map on a line of its own",
        ),
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => ("a tab in the indentation", "indent with spaces"),
        ErrorKind::UnclosedQuotedScalar => ("this quote is never closed", "add the closing quote"),
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '{' { '}' } else { ']' };
            return (
                format!("this \"{open}\" is never closed"),
                Some(if close == ']' { "add the \"]\"" } else { "add the \"}\"" }),
            );
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return (
                format!("this \"{open}\" is closed by a \"{close}\""),
                Some("close the brackets in the order in which they were opened"),
            );
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            ("a closing bracket without an opening one", "remove it, or quote the value")
        }
        ErrorKind::ExpectedFlowMappingSeparator => (
            "expected \",\" or \"}\" here",
            "separate the entries with commas, and close the map with \"}\"",
        ),
        ErrorKind::ExpectedFlowSequenceSeparator => (
            "expected \",\" or \"]\" here",
            "separate the items with commas, and close the list with \"]\"",
        ),
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("the text ends inside brackets", "close them")
        }
        ErrorKind::InvalidColonPlacement | ErrorKind::FlowMappingValueAdjacentCollection => (
            "a \":\" that belongs to no key",
            "is a closing bracket missing before it? otherwise quote the value",
        ),
        ErrorKind::ExpectedBlockMappingKey => (
            "expected a key of the map here, or its end",
            "the line is probably indented too little or too much",
        ),
        ErrorKind::ExpectedBlockSequenceEntry => (
            "expected \"- \" here, or the end of the list",
            "line up the dashes of a list, one item each",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "expected \":\" after this key",
            "write `key: value`; a value that goes on here must be indented deeper than its key",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed => (
            "a list cannot begin here",
            "begin it on a line of its own, or quote a value that starts with \"- \"",
        ),
        ErrorKind::BlockEntryInFlowCollection => {
            ("a \"- \" item inside brackets", "separate items in brackets with commas")
        }
        ErrorKind::MappingKeyNotAllowed => ("a key cannot stand here", INDENT),
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "text after the closing quote",
            "quote the whole value, or none of it: in '…' a quote is written '', in \"…\" it is \\\"",
        ),
        ErrorKind::UnknownQuotedScalarEscape => {
            ("an unknown escape in double quotes", "use single quotes")
        }
        ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => (
            "an escape like \"\\x\" or \"\\u\" without a valid character number",
            "write the number in full (\\x41, \\u0041), or use single quotes to keep the backslash",
        ),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("a new document begins inside quotes", "close the quotes, or indent the line")
        }
        ErrorKind::MissingAnchorOrAliasName => {
            return match rest.chars().next() {
                Some('&') => ("an anchor without a name".to_owned(), Some(LITERAL)),
                _ => (
                    "an alias without a name".to_owned(),
                    Some("a text that starts with `*` must be quoted"),
                ),
            };
        }
        ErrorKind::UnexpectedCharacter { character: character @ ('|' | '>') } => {
            return (
                format!("no text can start with \"{character}\" inside brackets"),
                Some(QUOTE),
            );
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let message = if character.is_control() || character.is_whitespace() {
                format!("the character U+{:04X} cannot stand here", u32::from(*character))
            } else {
                format!("no text can start with \"{character}\"")
            };
            return (message, Some("write it in double quotes, escaped if it is invisible"));
        }
        ErrorKind::BomInsideDocument => {
            ("a byte order mark in the middle of the text", "remove the invisible character U+FEFF")
        }
        ErrorKind::InvalidBlockScalarHeader => {
            ("text behind the \"|\" or \">\"", "begin the text on the next line, indented")
        }
        ErrorKind::InvalidBlockScalarIndent => {
            ("a blank line is indented deeper than the text after it", "remove its trailing spaces")
        }
        ErrorKind::ZeroBlockScalarIndent => {
            ("an indentation of 0", "indent by 1 to 9 columns, or leave it out")
        }
        ErrorKind::CommentNotSeparated => {
            ("a \"#\" right after a value", "put a space before a comment, or quote the value")
        }
        ErrorKind::CommentInterceptedScalar => (
            "a comment inside a text of several lines, which ends the text",
            "put the comment on a line before it, or quote the text",
        ),
        ErrorKind::InvalidIndentation | ErrorKind::InvalidQuotedScalarIndent => {
            ("the indentation fits nothing above", INDENT)
        }
        ErrorKind::InvalidFlowScalarIndent | ErrorKind::UnexpectedEndOfPlainScalar => {
            ("a value cannot stand here", INDENT)
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            ("a lone \"-\" inside brackets", QUOTE)
        }
        ErrorKind::InvalidBlockEntryWhitespace | ErrorKind::InvalidMappingValueWhitespace => {
            ("a tab before a nested list or map", "use spaces")
        }
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::ExpectedTagBang
        | ErrorKind::MissingTagUri
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape => {
            ("an invalid tag", "a text that starts with `!` must be quoted")
        }
        ErrorKind::ExpectedDocumentStart | ErrorKind::MissingDocumentEndBeforeDirective => (
            "text after the end of the document",
            "is it indented less than what stands before? a text of one line must be quoted to contain \": \"",
        ),
        ErrorKind::InvalidDocumentEnd => ("text after \"...\"", "remove it"),
        ErrorKind::ExpectedNodeContent => ("a value is missing here", QUOTE),
        _ => return (error.info().to_owned(), None),
    };
    (message.to_owned(), Some(help))
}

/// The bracket that is open where the whole text ends. Where a further document begins before,
/// it is an error like any other.
pub(super) fn unclosed_at_end(text: &str, error: &ScanError) -> Option<Span> {
    let ErrorKind::UnclosedFlowCollection { open } = error.kind() else { return None };
    let at = error.marker().byte_offset()?;
    let rest = text.get(at..)?;
    let marker = |line: &str| {
        let after = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
        after.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\r']))
    };
    let ends = rest.starts_with(*open) && !rest.lines().skip(1).any(marker);
    ends.then(|| Span::new(at, at + 1))
}

/// An alias that nothing is anchored for.
pub(super) fn unknown_anchor(alias: &str, at: Span) -> Problem {
    let name = alias.trim_start_matches('*');
    Problem::new(RULE, at, format!("the alias \"*{name}\" has no anchor before it")).help(format!(
        "put `&{name}` before the value that it repeats; a text that starts with `*` must be quoted"
    ))
}

/// An alias inside the node that it stands for.
pub(super) fn recursive_alias(alias: &str, at: Span) -> Problem {
    Problem::new(RULE, at, format!("the alias \"{alias}\" stands inside the value that it repeats"))
        .help("a value cannot contain itself")
}

/// A tag that the platform does not know, or that does not fit its value.
pub(super) fn bad_tag(core: Option<&str>, at: Span, text: &str) -> Problem {
    let tag = at.slice(text);
    match core {
        Some(_) => Problem::new(RULE, at, format!("the value is not what its tag \"{tag}\" says")),
        None => Problem::new(RULE, at, format!("unknown tag \"{tag}\""))
            .help("remove it; a text that starts with `!` must be quoted"),
    }
}

/// Collections that nest too deeply.
pub(super) fn too_deep(at: Span) -> Problem {
    Problem::new(RULE, at, format!("lists and maps nest more than {MAX_DEPTH} levels deep here"))
}

/// A text that stands for too many nodes.
pub(super) fn too_many(at: Span) -> Problem {
    let message = format!(
        "the text stands for more than {MAX_NODES} values or {} MiB, its aliases followed",
        MAX_BYTES >> 20
    );
    Problem::new(RULE, at, message).help("aliases of aliases multiply: use fewer of them")
}
