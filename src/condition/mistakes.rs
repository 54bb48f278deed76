//! What to say about a condition that cannot be read: what was expected, what was found, and
//! what people usually mean who write it so.

use super::lexer::{Token, TokenKind};
use super::syntax::{Keyword, Logic, Operator};
use crate::diagnostic::{Problem, Span};

/// The rule of everything that the platform's lexer or parser refuses.
pub(super) const SYNTAX: &str = "condition-syntax";
/// The rule of words that the platform does not know here.
pub(super) const KEYWORD: &str = "condition-keyword";

const NO_NOT: &str = "there is no negation: use `!=` or `!~`, or compare with false, as in `change_in('/lib') = false`";
const WHETHER_SET: &str = "to ask whether it is set, match any character: ";

/// What could have stood where something else was found.
#[derive(Debug)]
pub(super) enum Expected {
    /// Something to begin with.
    Condition,
    /// Something after a parenthesis.
    ConditionInGroup,
    /// Something after this `and` or `or`.
    ConditionAfter(Logic),
    /// The right side after a function call and an operator.
    TermAfterCall,
    /// `=`, `!=`, `=~` or `!~` after a keyword.
    OperatorAfterKeyword,
    /// The string that a keyword is compared with.
    Text,
    /// The string or keyword that a string is compared with.
    TextOrKeyword,
    /// `and`, `or` or the end.
    LogicOrEnd,
    /// `and`, `or` or the end of this parenthesis.
    LogicOrClose(Span),
    /// A value inside a list, a map or the arguments of a function.
    Value,
    /// A comma, or the end of a list, a map or the arguments of a function.
    CommaOrClose(TokenKind),
    /// A key inside a map.
    MapKey,
}

/// The problem with the text at `at`, where no token starts.
pub(super) fn lexical(text: &str, at: usize, before: Option<&Token>) -> Problem {
    let rest = text.get(at..).unwrap_or_default();
    let first = rest.chars().next().unwrap_or_default();
    let here = |length: usize| Span::new(at, at + length);
    let problem = |span: Span, message: String, help: &str| {
        Problem::new(SYNTAX, span, message).help(help.to_owned())
    };
    let touching = before.filter(|token| token.span.end == at);
    match first {
        '\'' if rest.starts_with("''") => problem(
            here(2),
            "a string has at least one character, found the empty string ''".to_owned(),
            "to ask whether an input is empty, use `!~ '.'`; whether it is set, `=~ '.'`",
        ),
        '\'' => problem(
            here(rest.len()),
            "the string that starts here is never closed".to_owned(),
            "close it with ', and mind that a string cannot contain that character",
        ),
        '"' | '“' | '”' | '„' | '‘' | '’' | '`' => quoted(rest, at, first),
        '&' => problem(
            here(if rest.starts_with("&&") { 2 } else { 1 }),
            "expected `and` or `or`, found `&`".to_owned(),
            "write `and`",
        )
        .instead("and"),
        '|' => problem(
            here(if rest.starts_with("||") { 2 } else { 1 }),
            "expected `and` or `or`, found `|`".to_owned(),
            "write `or`",
        )
        .instead("or"),
        '!' => problem(here(1), "`!` only stands in `!=` and `!~`".to_owned(), NO_NOT),
        '~' => problem(
            here(1),
            "`~` only stands in `=~` and `!~`".to_owned(),
            "write `=~` for a match and `!~` for none, without a space",
        ),
        '<' | '>' => problem(
            here(1),
            format!("expected `=`, `!=`, `=~` or `!~`, found `{first}`"),
            "conditions only compare for equality and match patterns",
        ),
        '+' => problem(here(1), "a number takes no leading `+`".to_owned(), "leave the `+` out"),
        '.' => point(text, at, touching),
        '-' => problem(
            here(1),
            "expected a number after `-`".to_owned(),
            "a name starts with a letter, a number with a digit",
        ),
        ':' => problem(
            here(1),
            "`:` only stands directly after the key of a map".to_owned(),
            "write `{key: 'value'}`, with no space before the colon",
        ),
        '$' => problem(
            here(word_length(rest)),
            format!("expected a condition, found `{}`", &rest[..word_length(rest)]),
            "variables are not known here: the inputs are branch, tag, pull_request and, in \
             promotions, result and result_reason",
        ),
        '#' => problem(
            here(1),
            "`#` starts no comment inside a condition".to_owned(),
            "put the comment outside of the condition",
        ),
        _ if first.is_whitespace() || first.is_control() => problem(
            here(first.len_utf8()),
            format!("the invisible character U+{:04X} cannot stand here", u32::from(first)),
            "use plain spaces",
        ),
        _ => bare_word(text, at, first),
    }
}

/// A string in some other quotes.
fn quoted(rest: &str, at: usize, open: char) -> Problem {
    let inside = rest.get(open.len_utf8()..).unwrap_or_default();
    let close = match open {
        '"' | '`' => inside.find(open),
        '‘' | '’' => inside.find('’'),
        _ => inside.find(['”', '“']),
    };
    let Some(close) = close else {
        let span = Span::new(at, at + open.len_utf8());
        return Problem::new(SYNTAX, span, format!("strings stand in single quotes, found {open}"))
            .help("write 'text'");
    };
    let length = inside.get(close..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let span = Span::new(at, at + open.len_utf8() + close + length);
    let text = &inside[..close];
    let problem = Problem::new(
        SYNTAX,
        span,
        format!("strings stand in single quotes, found {}", &rest[..span.end - at]),
    );
    match text {
        "" => problem
            .help("and there is no empty string: to ask whether an input is empty, use `!~ '.'`"),
        _ => problem.help(format!("write '{text}'")).instead(format!("'{text}'")),
    }
}

/// A point that belongs to no number.
fn point(text: &str, at: usize, touching: Option<&Token>) -> Problem {
    let rest = text.get(at..).unwrap_or_default();
    let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    let end = at + 1 + digits;
    match touching {
        Some(Token { span, kind: TokenKind::Integer(whole) })
            if matches!(whole.as_str(), "0" | "-0") =>
        {
            Problem::new(
                SYNTAX,
                Span::new(span.start, end),
                "a number with a fraction needs a non-zero digit before the point",
            )
            .help("the platform cannot read numbers between -1 and 1, except 0")
        }
        Some(Token { kind: TokenKind::Integer(_) | TokenKind::Float(_), .. }) => Problem::new(
            SYNTAX,
            Span::new(at, end),
            "a number has one point, with a digit after it",
        )
        .help("if this is a version, put it in single quotes"),
        _ if digits > 0 => {
            Problem::new(SYNTAX, Span::new(at, end), "a number starts with a digit, found a point")
                .help("the platform cannot read numbers between -1 and 1, except 0")
        }
        _ => bare_word(text, at, '.'),
    }
}

/// A value without quotes, most probably.
fn bare_word(text: &str, at: usize, first: char) -> Problem {
    let word = |c: char| c.is_alphanumeric() || "_-./*@%^?:;\\".contains(c);
    let before = text.get(..at).unwrap_or_default();
    let start =
        at - before.chars().rev().take_while(|&c| word(c)).map(char::len_utf8).sum::<usize>();
    let rest = text.get(at..).unwrap_or_default();
    let after: usize = rest
        .char_indices()
        .take_while(|&(index, c)| index == 0 || word(c))
        .map(|(_, c)| c.len_utf8())
        .sum();
    let span = Span::new(start, at + after);
    let value = span.slice(text);
    Problem::new(SYNTAX, span, format!("`{first}` can only stand inside of a string"))
        .help(format!("if it is a value, put it in single quotes: '{value}'"))
}

/// The problem with the token at `at`, or with the end of the text, where `expected` must come.
pub(super) fn syntax(text: &str, tokens: &[Token], at: usize, expected: &Expected) -> Problem {
    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
    let Some(token) = tokens.get(at) else { return at_end(text, before, expected) };
    if let Some(problem) = habit(tokens, at, expected) {
        return problem;
    }
    let found = &token.kind;
    let message = format!("expected {}, found {found}", what(expected, before));
    let problem = Problem::new(SYNTAX, token.span, message);
    match (expected, found) {
        (Expected::OperatorAfterKeyword, _) => bare_keyword(problem, before),
        (Expected::Text, TokenKind::Keyword(_)) => {
            problem.help("two inputs cannot be compared with each other")
        }
        (Expected::Text | Expected::TextOrKeyword, TokenKind::OpenParenthesis) => {
            beside_operator(problem)
        }
        (
            Expected::Text | Expected::TextOrKeyword,
            TokenKind::Identifier(value) | TokenKind::Integer(value) | TokenKind::Float(value),
        ) => problem.help(format!("put the value in single quotes: '{value}'")),
        (Expected::Text | Expected::TextOrKeyword, TokenKind::Boolean(_)) => {
            problem.help("inputs are strings, and never equal to true or false")
        }
        (Expected::LogicOrEnd, TokenKind::CloseParenthesis) => {
            Problem::new(SYNTAX, token.span, "this parenthesis closes nothing").help("remove it")
        }
        (Expected::LogicOrEnd | Expected::LogicOrClose(_), TokenKind::Operator(_)) => {
            match before {
                Some(Token { kind: TokenKind::CloseParenthesis, .. }) => beside_operator(problem),
                Some(Token { kind: TokenKind::Text(_), .. }) => {
                    problem.help("comparisons cannot be chained: join two of them with `and`")
                }
                _ => problem
                    .help("the left side of a comparison is an input, a string or `change_in(…)`"),
            }
        }
        (Expected::LogicOrClose(open), _) => {
            problem.note(*open, "the parenthesis that is open here")
        }
        (Expected::Value, TokenKind::Identifier(value)) => {
            problem.help(format!("put the value in single quotes: '{value}'"))
        }
        (Expected::Value, close) if closes(close) => {
            problem.help("a comma stands only between values: remove the last one")
        }
        (Expected::MapKey, TokenKind::Identifier(_) | TokenKind::Text(_)) => {
            problem.help("write `{key: 'value'}`, the key without quotes, the colon touching it")
        }
        _ => problem,
    }
}

const fn closes(kind: &TokenKind) -> bool {
    use TokenKind::{CloseBrace, CloseBracket, CloseParenthesis};
    matches!(kind, CloseParenthesis | CloseBracket | CloseBrace)
}

fn beside_operator(problem: Problem) -> Problem {
    problem.help(
        "a condition in parentheses cannot stand beside an operator: join it with `and` or `or`",
    )
}

fn bare_keyword(problem: Problem, before: Option<&Token>) -> Problem {
    match before {
        Some(Token { kind: TokenKind::Keyword(keyword), .. }) => {
            problem.help(format!("{WHETHER_SET}`{keyword} =~ '.'`"))
        }
        _ => problem,
    }
}

/// What other languages write here.
fn habit(tokens: &[Token], at: usize, expected: &Expected) -> Option<Problem> {
    let token = tokens.get(at)?;
    let before = at.checked_sub(1).and_then(|at| tokens.get(at));
    match &token.kind {
        TokenKind::Operator(Operator::Equal | Operator::Match) => {
            let TokenKind::Operator(first) = &before?.kind else { return None };
            let span = before?.span.to(token.span);
            let touching = before?.span.end == token.span.start;
            let meant = match (first, &token.kind) {
                (Operator::Equal, TokenKind::Operator(second)) => *second,
                (first, _) => *first,
            };
            touching.then(|| {
                let message = format!("expected one operator, found `{first}{}`", spelled(token));
                Problem::new(SYNTAX, span, message)
                    .help(format!("write `{meant}`"))
                    .instead(meant.as_str())
            })
        }
        TokenKind::Identifier(name) => word_habit(name, token.span, expected),
        _ => None,
    }
}

const fn spelled(token: &Token) -> &'static str {
    match token.kind {
        TokenKind::Operator(operator) => operator.as_str(),
        _ => "",
    }
}

/// A word that is nearly one of the language's own.
fn word_habit(name: &str, span: Span, expected: &Expected) -> Option<Problem> {
    let term = matches!(
        expected,
        Expected::Condition
            | Expected::ConditionInGroup
            | Expected::ConditionAfter(_)
            | Expected::TermAfterCall
    );
    let joins = matches!(expected, Expected::LogicOrEnd | Expected::LogicOrClose(_));
    let small = name.to_ascii_lowercase();
    let unknown = |message: String| Problem::new(KEYWORD, span, message);
    match small.as_str() {
        "not" if term || joins => {
            Some(Problem::new(SYNTAX, span, "there is no `not`").help(NO_NOT))
        }
        "and" | "or" if term || joins => Some(
            Problem::new(SYNTAX, span, format!("`{name}` is not an operator"))
                .help(format!("write `{small}` or `{}`", small.to_ascii_uppercase()))
                .instead(small.as_str()),
        ),
        "true" | "false" => Some(
            unknown(format!("unknown word `{name}`"))
                .help(format!("write `{small}` or `{}`", small.to_ascii_uppercase()))
                .instead(small.as_str()),
        ),
        _ if !term => None,
        _ => {
            let problem = unknown(format!("unknown word `{name}`"));
            let keyword = Keyword::ALL.into_iter().find(|keyword| {
                let (name, keyword) =
                    (small.replace(['_', '-'], ""), keyword.as_str().replace('_', ""));
                name == keyword || (name == "pr" && keyword == "pullrequest")
            });
            Some(match keyword {
                Some(keyword) => {
                    problem.help(format!("write `{keyword}`")).instead(keyword.as_str())
                }
                None if small == "change_in" => {
                    problem.help("give it a pattern: `change_in('/lib')`")
                }
                None => problem.help(format!(
                    "the inputs are branch, tag, pull_request and, in promotions, result and \
                     result_reason; a value stands in single quotes: '{name}'"
                )),
            })
        }
    }
}

/// The text ended although something had to follow.
fn at_end(text: &str, before: Option<&Token>, expected: &Expected) -> Problem {
    let Some(last) = before else {
        return Problem::new(SYNTAX, Span::new(0, text.len()), "the condition is empty")
            .help("write `true` or `false`, or remove it");
    };
    if let Expected::LogicOrClose(open) = expected {
        return Problem::new(SYNTAX, *open, "this parenthesis is never closed").help("add `)`");
    }
    let message = format!("expected {}, found the end", what(expected, before));
    let problem = Problem::new(SYNTAX, last.span, message);
    match expected {
        Expected::OperatorAfterKeyword => bare_keyword(problem, before),
        Expected::CommaOrClose(close) => problem.help(format!("add {close}")),
        _ => match &last.kind {
            TokenKind::Identifier(name) => word_habit(name, last.span, expected).unwrap_or(problem),
            _ => problem,
        },
    }
}

/// What was expected, and after what.
fn what(expected: &Expected, before: Option<&Token>) -> String {
    let after = before.map(|token| format!(" after {}", token.kind)).unwrap_or_default();
    match expected {
        Expected::Condition => "a condition".to_owned(),
        Expected::ConditionInGroup => "a condition after `(`".to_owned(),
        Expected::ConditionAfter(operator) => format!("a condition after `{operator}`"),
        Expected::TermAfterCall => format!("a value{after}"),
        Expected::OperatorAfterKeyword => format!("`=`, `!=`, `=~` or `!~`{after}"),
        Expected::Text => format!("a string in single quotes{after}"),
        Expected::TextOrKeyword => format!("a string in single quotes or an input{after}"),
        Expected::LogicOrEnd => format!("`and`, `or` or the end{after}"),
        Expected::LogicOrClose(_) => format!("`and`, `or` or `)`{after}"),
        Expected::Value => format!("a value{after}"),
        Expected::CommaOrClose(close) => format!("`,` or {close}{after}"),
        Expected::MapKey => format!("a key with its colon{after}"),
    }
}

/// How many bytes the word at the start of `rest` has, up to white space.
fn word_length(rest: &str) -> usize {
    match rest.find("}}") {
        Some(end) if rest.starts_with("${{") => end + 2,
        _ => rest.find([' ', '\t', '\n', '\r', '\'', ')', '=', '!', ',']).unwrap_or(rest.len()),
    }
}
