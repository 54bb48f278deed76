//! An expression back to text: one space around operators and after commas, operators and
//! keywords in lower case, parentheses exactly where they were. What is printed reads back as
//! the same tree.

use std::fmt;

use super::syntax::{Expression, Kind, NodeId};

/// What is still to be written.
enum Piece<'e> {
    Node(NodeId),
    Str(&'e str),
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = vec![Piece::Node(self.root())];
        while let Some(piece) = rest.pop() {
            match piece {
                Piece::Str(text) => f.write_str(text)?,
                Piece::Node(id) => match self.kind(id) {
                    Kind::Text(text) => write!(f, "'{text}'")?,
                    Kind::Keyword(keyword) => write!(f, "{keyword}")?,
                    Kind::Boolean(value) => write!(f, "{value}")?,
                    Kind::Integer(digits) | Kind::Float(digits) => f.write_str(digits)?,
                    compound => {
                        let mut pieces = pieces(compound);
                        pieces.reverse();
                        rest.append(&mut pieces);
                    }
                },
            }
        }
        Ok(())
    }
}

/// The parts of a compound node, from left to right.
fn pieces(kind: &Kind) -> Vec<Piece<'_>> {
    let infix = |left: NodeId, operator: &'static str, right: NodeId| {
        let (left, right) = (Piece::Node(left), Piece::Node(right));
        vec![left, Piece::Str(" "), Piece::Str(operator), Piece::Str(" "), right]
    };
    match kind {
        Kind::Logic { operator, left, right, .. } => infix(*left, operator.as_str(), *right),
        Kind::Comparison { operator, left, right, .. } => infix(*left, operator.as_str(), *right),
        Kind::Group(inner) => vec![Piece::Str("("), Piece::Node(*inner), Piece::Str(")")],
        Kind::List(items) => listed(vec![Piece::Str("[")], items, "]"),
        Kind::Call { name, arguments, .. } => {
            listed(vec![Piece::Str(name), Piece::Str("(")], arguments, ")")
        }
        Kind::Map(entries) => {
            let mut pieces = vec![Piece::Str("{")];
            for (index, entry) in entries.iter().enumerate() {
                pieces.push(Piece::Str(if index == 0 { "" } else { ", " }));
                pieces.push(Piece::Str(&entry.key));
                pieces.push(Piece::Str(": "));
                pieces.push(Piece::Node(entry.value));
            }
            pieces.push(Piece::Str("}"));
            pieces
        }
        Kind::Keyword(_) | Kind::Text(_) | Kind::Boolean(_) | Kind::Integer(_) | Kind::Float(_) => {
            Vec::new()
        }
    }
}

fn listed<'e>(mut pieces: Vec<Piece<'e>>, items: &[NodeId], close: &'static str) -> Vec<Piece<'e>> {
    for (index, item) in items.iter().enumerate() {
        pieces.push(Piece::Str(if index == 0 { "" } else { ", " }));
        pieces.push(Piece::Node(*item));
    }
    pieces.push(Piece::Str(close));
    pieces
}
