//! `addressbook serve`: accepts connections, and ends without dropping any
//! request.
//!
//! After SIGTERM a load balancer goes on sending for a while, because it hears
//! of the end at the same moment. So: `/ready` turns 503 and answers ask for
//! new connections (`DRAIN_SECONDS`); then no new connection is accepted;
//! connections that came last get a moment to send their request; idle ones
//! are closed; requests in flight finish. Signals are handled explicitly, as
//! process 1 of a container has no default handling.

use std::io::ErrorKind;
use std::net::Ipv6Addr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::log;
use crate::routes::{self, Service};
use crate::settings::{SHUTDOWN_MARGIN, Settings};

/// More wait in the kernel's queue: a bound on memory, not on speed.
const MAX_CONNECTIONS: usize = 2048;
const QUEUE: u32 = 1024;
/// For the header of a request, and for the rest between two requests: longer
/// than the 60 seconds of common load balancers, so that they close first.
const HEADER_TIMEOUT: Duration = Duration::from_secs(75);
/// Bytes of a request's header, at most.
const HEADER_LIMIT: usize = 64 * 1024;
/// What a connection that was accepted last has to send its request.
const LAST_CALL: Duration = Duration::from_millis(500);

pub async fn serve(settings: Settings) -> Result<String, String> {
    log::start(settings.log_level);
    // Before anything else: a signal that comes now must not be lost.
    let mut signals = Signals::new().map_err(|error| format!("cannot handle signals: {error}"))?;
    let listener = listen(settings.port)
        .map_err(|error| format!("cannot listen on port {}: {error}", settings.port))?;
    let port = listener
        .local_addr()
        .map_err(|error| format!("cannot listen on port {}: {error}", settings.port))?
        .port();

    let service = Arc::new(Service::new(&settings));
    let watched = Arc::clone(&service);
    let database = settings.database.clone();
    tokio::spawn(async move { watched.readiness.watch(database, &watched.storage).await });
    let server = Server {
        router: routes::router(Arc::clone(&service)),
        listener,
        connections: GracefulShutdown::new(),
        places: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
    };
    tracing::info!(port, version = env!("CARGO_PKG_VERSION"), "listening");

    let signal = server.accept_until(signals.next()).await;
    service.drain.begin();
    let killed_at = Instant::now() + settings.grace;
    tracing::info!(signal, "draining");
    // Ctrl-C comes from a person, who does not want to wait for balancers. The
    // same goes for a second signal.
    if signal == "SIGTERM" {
        let waited = pin!(async {
            tokio::select! {
                () = sleep(settings.drain) => {}
                _ = signals.next() => {}
            }
            ""
        });
        server.accept_until(waited).await;
    }
    let left = server.end(killed_at - SHUTDOWN_MARGIN / 2).await;
    if left > 0 {
        tracing::warn!(connections = left, "ended with connections still open");
    }
    tracing::info!("stopped");
    Ok(String::new())
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// IPv6 and IPv4 on one socket where the system knows IPv6, else IPv4.
fn listen(port: u16) -> std::io::Result<TcpListener> {
    let (socket, address) = match TcpSocket::new_v6() {
        Ok(socket) => (socket, (Ipv6Addr::UNSPECIFIED, port).into()),
        Err(_) => (TcpSocket::new_v4()?, ([0, 0, 0, 0], port).into()),
    };
    socket.set_reuseaddr(true)?;
    match socket.bind(address) {
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(true)?;
            socket.bind(([0, 0, 0, 0], port).into())?;
            socket.listen(QUEUE)
        }
        bound => bound.and_then(|()| socket.listen(QUEUE)),
    }
}

struct Server {
    router: Router,
    listener: TcpListener,
    connections: GracefulShutdown,
    places: Arc<Semaphore>,
}

impl Server {
    async fn accept_until<T>(&self, end: impl Future<Output = T>) -> T {
        let mut end = pin!(end);
        loop {
            tokio::select! {
                reason = &mut end => return reason,
                (stream, place) = self.accept() => self.handle(stream, place),
            }
        }
    }

    async fn accept(&self) -> (TcpStream, OwnedSemaphorePermit) {
        loop {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                // Nobody closes the semaphore.
                return std::future::pending().await;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => return (stream, place),
                Err(error) if is_of_connection(error.kind()) => {}
                Err(error) => {
                    // No file descriptors, most likely: some will be closed.
                    tracing::error!(reason = %error, "cannot accept a connection");
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn handle(&self, stream: TcpStream, place: OwnedSemaphorePermit) {
        // Answers are written at once; waiting to fill packets only delays.
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(HEADER_LIMIT)
            .serve_connection(
                TokioIo::new(stream),
                TowerToHyperService::new(self.router.clone()),
            );
        let connection = self.connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(reason = %error, "a connection ended early");
            }
            drop(place);
        });
    }

    /// Closes the listener, then every connection once its request is
    /// answered, waiting until `killed_at` at most. Returns how many are left.
    async fn end(self, killed_at: Instant) -> usize {
        // Connections that the kernel has accepted already would be reset.
        while let Some((stream, place)) = self.accept().now_or_never() {
            self.handle(stream, place);
        }
        drop(self.listener);
        let counted = Arc::clone(&self.places);
        let open = move || MAX_CONNECTIONS - counted.available_permits();
        let last_call = sleep_until((Instant::now() + LAST_CALL).min(killed_at));
        let mut last_call = pin!(last_call);
        while open() > 0 {
            tokio::select! {
                () = &mut last_call => break,
                () = sleep(Duration::from_millis(10)) => {}
            }
        }
        let remaining = killed_at.saturating_duration_since(Instant::now());
        match timeout(remaining, self.connections.shutdown()).await {
            Ok(()) => 0,
            Err(_) => open(),
        }
    }
}

fn is_of_connection(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
