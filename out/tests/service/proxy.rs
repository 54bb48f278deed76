//! A TCP proxy on a port of its own. In front of the database it plays the
//! network that fails; in front of two services it plays the balancer.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::Duration;

pub struct Proxy {
    pub port: u16,
    state: Arc<State>,
}

struct State {
    target: Mutex<(String, u16)>,
    /// New connections are closed at once, as if nobody were there.
    away: AtomicBool,
    /// Nothing passes, and nobody is told.
    stalled: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    pub fn to(host: &str, port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        let state = Arc::new(State {
            target: Mutex::new((host.to_owned(), port)),
            away: AtomicBool::new(false),
            stalled: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let port = listener.local_addr().expect("it has an address").port();
        let shared = Arc::clone(&state);
        // Ends with the test process; the proxy holds nothing else.
        spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.away.load(Ordering::SeqCst) {
                    continue;
                }
                let (host, port) = shared.target.lock().expect("no holder panics").clone();
                let Ok(server) = TcpStream::connect((host.as_str(), port)) else {
                    continue;
                };
                shared.join(client, server);
            }
        });
        Self { port, state }
    }

    /// Where new connections go.
    pub fn point_at(&self, port: u16) {
        self.state.target.lock().expect("no holder panics").1 = port;
    }

    /// Cuts every connection and refuses new ones.
    pub fn cut(&self) {
        self.state.away.store(true, Ordering::SeqCst);
        for stream in self.state.open.lock().expect("no holder panics").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn stall(&self) {
        self.state.stalled.store(true, Ordering::SeqCst);
    }

    pub fn restore(&self) {
        self.state.away.store(false, Ordering::SeqCst);
        self.state.stalled.store(false, Ordering::SeqCst);
    }
}

impl State {
    fn join(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        let clone = |stream: &TcpStream| stream.try_clone().expect("a stream can be cloned");
        {
            let mut open = self.open.lock().expect("no holder panics");
            open.extend([clone(&client), clone(&server)]);
        }
        for (from, to) in [(clone(&client), clone(&server)), (server, client)] {
            let _ = from.set_nodelay(true);
            let state = Arc::clone(self);
            spawn(move || state.copy(from, to));
        }
    }

    fn copy(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            while self.stalled.load(Ordering::SeqCst) {
                sleep(Duration::from_millis(10));
            }
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    }
}
