//! Many clients at once, and what became of their requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, spawn};

use crate::http::{Answer, Client, FORM};
use crate::process::eventually;

pub struct Load {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    clients: Vec<JoinHandle<Vec<String>>>,
}

impl Load {
    /// Clients that read and write through `port` until they are stopped.
    /// `accept` says what is wrong with an answer, if anything is.
    pub fn start(
        clients: usize,
        port: u16,
        accept: impl Fn(&str, &Answer) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicUsize::new(0));
        let accept = Arc::new(accept);
        let clients = (0..clients)
            .map(|number| {
                let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
                let accept = Arc::clone(&accept);
                spawn(move || {
                    let mut client = None;
                    let mut wrong = Vec::new();
                    while !stop.load(Ordering::SeqCst) {
                        match one(&mut client, port, number) {
                            Ok((name, answer)) => wrong.extend(accept(&name, &answer)),
                            Err(error) => {
                                wrong.push(format!("no answer: {error}"));
                                client = None;
                            }
                        }
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                    wrong
                })
            })
            .collect();
        Self {
            stop,
            done,
            clients,
        }
    }

    /// Waits until so many more requests are done.
    pub fn pass(&self, requests: usize) {
        let goal = self.done.load(Ordering::SeqCst) + requests;
        eventually("requests are answered", || {
            self.done.load(Ordering::SeqCst) >= goal
        });
    }

    /// Ends the load; what was wrong.
    pub fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::SeqCst);
        self.clients
            .into_iter()
            .flat_map(|client| client.join().expect("clients do not panic"))
            .collect()
    }
}

fn one(kept: &mut Option<Client>, port: u16, number: usize) -> std::io::Result<(String, Answer)> {
    let mut client = match kept.take() {
        Some(client) => client,
        None => Client::connect(port)?,
    };
    let name = format!("Client{number}");
    let answer = if number.is_multiple_of(2) {
        let form = format!("firstName={name}");
        client.send("PUT", "/person", &[("Content-Type", FORM)], form.as_bytes())?
    } else {
        client.send("GET", "/all?limit=5", &[], b"")?
    };
    if !client.closed {
        *kept = Some(client);
    }
    Ok((name, answer))
}

/// Accepts success only.
pub fn success(name: &str, answer: &Answer) -> Option<String> {
    if answer.status != 200 {
        return Some(format!("status {}", answer.status));
    }
    truthful(name, answer)
}

/// Accepts success, 503, and 504: but a success must tell the truth.
pub fn success_or_unavailable(name: &str, answer: &Answer) -> Option<String> {
    match answer.status {
        200 => truthful(name, answer),
        503 | 504 => None,
        status => Some(format!("status {status}")),
    }
}

fn truthful(name: &str, answer: &Answer) -> Option<String> {
    let body = answer.json();
    let right = body.is_array() || body["firstName"] == name;
    (!right).then(|| format!("wrong data for {name}: {body}"))
}
