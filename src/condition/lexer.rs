//! Text to tokens, as the platform's lexer cuts them: always the longest token that fits.
//!
//! Facts from the lexer of renderedtext/when (`when_lexer.xrl`): white space is space, tab,
//! newline and carriage return; the key of a map and its colon are one token, so nothing may
//! stand between them; a number with a fraction has its own rule only for a non-zero leading
//! digit (which is why `0.5` is an error), and `01` is two numbers.

use std::fmt;

use super::mistakes;
use super::syntax::{Keyword, Logic, Operator};
use crate::diagnostic::{Problem, Span};

/// One token with its place.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) span: Span,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Operator(Operator),
    Logic(Logic),
    Keyword(Keyword),
    Boolean(bool),
    /// Without its quotes.
    Text(String),
    Integer(String),
    Float(String),
    Identifier(String),
    /// Without its colon; the span has it.
    MapKey(String),
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Comma,
}

/// The tokens of a condition, or what is wrong with the first place that is none.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = rest.bytes().take_while(|byte| b" \t\n\r".contains(byte)).count();
        if blank > 0 {
            at += blank;
            continue;
        }
        let Some((kind, length)) = token(rest) else {
            return Err(mistakes::lexical(text, at, tokens.last()));
        };
        tokens.push(Token { span: Span::new(at, at + length), kind });
        at += length;
    }
    Ok(tokens)
}

/// The token that `rest` starts with, and how many bytes it has.
fn token(rest: &str) -> Option<(TokenKind, usize)> {
    let first = rest.chars().next()?;
    let simple = |kind| Some((kind, 1));
    match first {
        '(' => simple(TokenKind::OpenParenthesis),
        ')' => simple(TokenKind::CloseParenthesis),
        '[' => simple(TokenKind::OpenBracket),
        ']' => simple(TokenKind::CloseBracket),
        '{' => simple(TokenKind::OpenBrace),
        '}' => simple(TokenKind::CloseBrace),
        ',' => simple(TokenKind::Comma),
        '=' if rest.starts_with("=~") => Some((TokenKind::Operator(Operator::Match), 2)),
        '=' => simple(TokenKind::Operator(Operator::Equal)),
        '!' if rest.starts_with("!=") => Some((TokenKind::Operator(Operator::NotEqual), 2)),
        '!' if rest.starts_with("!~") => Some((TokenKind::Operator(Operator::NotMatch), 2)),
        '\'' => string(rest),
        '-' | '0'..='9' => number(rest),
        'a'..='z' | 'A'..='Z' => Some(word(rest)),
        _ => None,
    }
}

fn string(rest: &str) -> Option<(TokenKind, usize)> {
    let length = rest.get(1..)?.find('\'').filter(|&length| length > 0)?;
    let text = rest.get(1..=length)?;
    Some((TokenKind::Text(text.to_owned()), length + 2))
}

fn number(rest: &str) -> Option<(TokenKind, usize)> {
    let digits = |from: usize| rest.bytes().skip(from).take_while(u8::is_ascii_digit).count();
    let sign = usize::from(rest.starts_with('-'));
    let whole = match rest.as_bytes().get(sign) {
        Some(b'0') => 1,
        Some(b'1'..=b'9') => digits(sign),
        _ => return None,
    };
    let end = sign + whole;
    let fraction = if rest.as_bytes().get(sign) != Some(&b'0') && rest[end..].starts_with('.') {
        digits(end + 1)
    } else {
        0
    };
    if fraction == 0 {
        return Some((TokenKind::Integer(rest[..end].to_owned()), end));
    }
    let end = end + 1 + fraction;
    Some((TokenKind::Float(rest[..end].to_owned()), end))
}

fn word(rest: &str) -> (TokenKind, usize) {
    let length = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .count();
    let word = &rest[..length];
    if rest[length..].starts_with(':') {
        return (TokenKind::MapKey(word.to_owned()), length + 1);
    }
    let kind = match word {
        "and" | "AND" => TokenKind::Logic(Logic::And),
        "or" | "OR" => TokenKind::Logic(Logic::Or),
        "true" | "TRUE" => TokenKind::Boolean(true),
        "false" | "FALSE" => TokenKind::Boolean(false),
        "branch" | "BRANCH" => TokenKind::Keyword(Keyword::Branch),
        "tag" | "TAG" => TokenKind::Keyword(Keyword::Tag),
        "pull_request" | "PULL_REQUEST" => TokenKind::Keyword(Keyword::PullRequest),
        "result" | "RESULT" => TokenKind::Keyword(Keyword::Result),
        "result_reason" | "RESULT_REASON" => TokenKind::Keyword(Keyword::ResultReason),
        _ => TokenKind::Identifier(word.to_owned()),
    };
    (kind, length)
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(operator) => write!(f, "`{operator}`"),
            Self::Logic(operator) => write!(f, "`{operator}`"),
            Self::Keyword(keyword) => write!(f, "`{keyword}`"),
            Self::Boolean(value) => write!(f, "`{value}`"),
            Self::Text(text) => write!(f, "the string '{text}'"),
            Self::Integer(digits) | Self::Float(digits) => write!(f, "the number {digits}"),
            Self::Identifier(name) => write!(f, "`{name}`"),
            Self::MapKey(key) => write!(f, "`{key}:`"),
            Self::OpenParenthesis => f.write_str("`(`"),
            Self::CloseParenthesis => f.write_str("`)`"),
            Self::OpenBracket => f.write_str("`[`"),
            Self::CloseBracket => f.write_str("`]`"),
            Self::OpenBrace => f.write_str("`{`"),
            Self::CloseBrace => f.write_str("`}`"),
            Self::Comma => f.write_str("`,`"),
        }
    }
}
