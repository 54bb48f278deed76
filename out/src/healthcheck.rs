//! `addressbook healthcheck`: asks the service on this machine, for platforms
//! that check containers by a command. The image needs no HTTP client for it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);

pub fn ask(port: u16, path: &str) -> Result<String, String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let status = status(address, path)
        .map_err(|error| format!("no answer from http://{address}{path}: {error}"))?;
    if status == "200" {
        Ok(format!("http://{address}{path} answers 200\n"))
    } else {
        Err(format!("http://{address}{path} answers {status}"))
    }
}

fn status(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )?;
    // "HTTP/1.1 200"
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    Ok(String::from_utf8_lossy(&start[9..]).into_owned())
}
