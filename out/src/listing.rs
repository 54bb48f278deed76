//! `GET /all`: every person, or a page of them, as one JSON array.
//!
//! The array is written piece by piece: a piece is fetched when the client has
//! taken the one before, and no database connection is held in between. So a
//! million rows need the memory of one piece, and a slow reader keeps nobody
//! from the database. The price: pieces are read one after the other, not as
//! of one moment; order by id keeps every row that stays from being missed or
//! repeated.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::body;
use crate::person::{Person, PersonId};
use crate::problem::Problem;
use crate::storage::{PAGE_ROWS, Storage};

/// Which persons: after the one with the id `after`, at most `limit`.
#[derive(Debug, PartialEq)]
pub struct Page {
    after: i64,
    limit: Option<u32>,
}

impl Page {
    pub fn from_query(query: &str) -> Result<Self, Problem> {
        let wrong = |detail| Problem::new(StatusCode::BAD_REQUEST, detail);
        let mut after = None;
        let mut limit = None;
        for (name, value) in body::pairs(query)? {
            let before = match name.as_str() {
                "after" if value == "0" => after.replace(0),
                "after" => {
                    let id = PersonId::parse(&value)
                        .ok_or_else(|| wrong("`after` must be the id of a person, or 0"))?;
                    after.replace(id.get())
                }
                "limit" => match value.parse() {
                    Ok(rows) if (1..=PAGE_ROWS).contains(&rows) => {
                        limit.replace(rows).map(i64::from)
                    }
                    _ => return Err(wrong("`limit` must be a whole number from 1 to 1000")),
                },
                _ => None,
            };
            if before.is_some() {
                return Err(wrong("`after` and `limit` can be given only once"));
            }
        }
        Ok(Self {
            after: after.unwrap_or(0),
            limit,
        })
    }
}

pub async fn answer(storage: Arc<Storage>, page: Page) -> Result<Response, Problem> {
    // The first piece comes before the status line: trouble can still be told.
    let rows = page.limit.unwrap_or(PAGE_ROWS);
    let persons = storage.page(page.after, rows).await?;
    let next = following(&persons, rows);
    let mut piece = Vec::with_capacity(persons.len() * 160 + 2);
    piece.push(b'[');
    write(&persons, &mut piece)?;
    let mut response = match (page.limit, next) {
        (None, Some(after)) => Body::from_stream(rest(storage, piece, after)).into_response(),
        (_, _) => {
            piece.push(b']');
            piece.into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let (Some(limit), Some(after)) = (page.limit, next) {
        let link = format!("</all?limit={limit}&after={after}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.insert(LINK, link);
        }
    }
    Ok(response)
}

/// The id to go on after, when there may be more.
fn following(persons: &[Person], rows: u32) -> Option<i64> {
    let full = persons.len() >= rows as usize;
    persons.last().map(|last| last.id).filter(|_| full)
}

enum Rest {
    Ready { piece: Vec<u8>, after: i64 },
    Fetch { after: i64 },
    End,
}

fn rest(
    storage: Arc<Storage>,
    piece: Vec<u8>,
    after: i64,
) -> impl stream::Stream<Item = Result<Vec<u8>, CutShort>> {
    stream::try_unfold(Rest::Ready { piece, after }, move |rest| {
        let storage = Arc::clone(&storage);
        async move {
            let after = match rest {
                Rest::Ready { piece, after } => return Ok(Some((piece, Rest::Fetch { after }))),
                Rest::Fetch { after } => after,
                Rest::End => return Ok(None),
            };
            let persons = storage.page(after, PAGE_ROWS).await.map_err(|_| CutShort)?;
            let mut piece = Vec::with_capacity(persons.len() * 160 + 1);
            if !persons.is_empty() {
                piece.push(b',');
                write(&persons, &mut piece).map_err(|_| CutShort)?;
            }
            match following(&persons, PAGE_ROWS) {
                Some(after) => Ok(Some((piece, Rest::Fetch { after }))),
                None => {
                    piece.push(b']');
                    Ok(Some((piece, Rest::End)))
                }
            }
        }
    })
}

/// The status line is out, so the only honest sign of trouble is a connection
/// that ends before the body does.
#[derive(Debug)]
struct CutShort;

impl std::fmt::Display for CutShort {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the listing was cut short")
    }
}

impl std::error::Error for CutShort {}

fn write(persons: &[Person], to: &mut Vec<u8>) -> Result<(), Problem> {
    for (index, person) in persons.iter().enumerate() {
        if index > 0 {
            to.push(b',');
        }
        serde_json::to_writer(&mut *to, person).map_err(|_| {
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the service made a mistake",
            )
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_from_the_query() {
        let page = |query| Page::from_query(query).ok();
        let all = Page {
            after: 0,
            limit: None,
        };
        assert_eq!(page(""), Some(all));
        assert_eq!(
            page("limit=10&after=7&x=1"),
            Some(Page {
                after: 7,
                limit: Some(10)
            })
        );
    }

    #[test]
    fn wrong_pages_are_refused() {
        for query in [
            "limit=0",
            "limit=1001",
            "limit=-1",
            "limit=",
            "limit=1&limit=2",
            "after=-1",
            "after=x",
            "after=0&after=1",
            "after=%FF",
        ] {
            assert!(Page::from_query(query).is_err(), "{query}");
        }
    }
}
