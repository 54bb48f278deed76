//! A PostgreSQL server for the tests: the one that `TEST_DATABASE_URL` names,
//! or a private one in a temporary folder.
//!
//! A private server is guarded by a small shell process that waits for its
//! standard input to end. It ends when the tests do, however they do: finished,
//! panicked or killed. Then the guard stops the server and removes the folder.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use percent_encoding::percent_decode_str;

const INSTRUCTIONS: &str = "\
these tests need PostgreSQL, either of:
  - its server binaries: `apt-get install postgresql`, `brew install postgresql@17`
  - a running server: TEST_DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE
    whose USER may create databases";

/// Where a server is, and as whom to connect.
#[derive(Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    pub database: String,
}

/// The server that most tests share.
pub fn shared() -> Server {
    static PRIVATE: OnceLock<Cluster> = OnceLock::new();
    match std::env::var("TEST_DATABASE_URL") {
        Ok(url) if !url.is_empty() => parse(&url),
        _ => PRIVATE
            .get_or_init(|| Cluster::start("", &[]).expect(INSTRUCTIONS))
            .server
            .clone(),
    }
}

fn parse(url: &str) -> Server {
    let form = "TEST_DATABASE_URL must be postgres://USER:PASSWORD@HOST:PORT/DATABASE";
    let rest = url
        .strip_prefix("postgres://")
        .or_else(|| url.strip_prefix("postgresql://"))
        .expect(form);
    let rest = rest.split('?').next().expect(form);
    let (login, place) = rest.rsplit_once('@').unwrap_or(("postgres", rest));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (address, database) = place.split_once('/').unwrap_or((place, ""));
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "5432"));
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Server {
        host: host.to_owned(),
        port: port.parse().expect(form),
        user: decode(user),
        password: decode(password),
        database: Some(decode(database))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| "postgres".to_owned()),
    }
}

/// A private server.
pub struct Cluster {
    pub server: Server,
    binaries: PathBuf,
    folder: PathBuf,
    owner: Option<(u32, u32)>,
    guard: Child,
}

impl Cluster {
    /// A server for a test that must stop it or configure it; `None`, said
    /// aloud, where there are no server binaries.
    pub fn private(settings: &str, files: &[(&str, &str)]) -> Option<Self> {
        let cluster = Self::start(settings, files);
        if cluster.is_none() {
            println!("SKIPPED: no PostgreSQL server binaries on this machine");
        }
        cluster
    }

    fn start(settings: &str, files: &[(&str, &str)]) -> Option<Self> {
        let binaries = find_binaries()?;
        let owner = unprivileged();
        let folder = new_folder(owner);
        let mut guard = as_owner("sh", owner);
        let guard = guard
            .arg("-c")
            .arg(
                "cat > /dev/null; \"$1/pg_ctl\" stop -D \"$2/data\" -m immediate -s; rm -rf \"$2\"",
            )
            .arg("guard")
            .args([&binaries, &folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        let mut cluster = Self {
            server: Server {
                host: "127.0.0.1".to_owned(),
                port: 0,
                user: "postgres".to_owned(),
                password: String::new(),
                database: "postgres".to_owned(),
            },
            binaries,
            folder,
            owner,
            guard,
        };
        cluster.run(
            "initdb",
            &[
                "-A",
                "trust",
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
        );
        for (name, text) in files {
            cluster.write(name, text);
        }
        // Somebody else may take the port that was free a moment ago.
        for _ in 0..5 {
            cluster.server.port = free_port();
            cluster.write(
                "postgresql.conf",
                &format!(
                    "listen_addresses = '127.0.0.1'\nport = {}\n\
                     unix_socket_directories = ''\nmax_connections = 300\n\
                     shared_buffers = 32MB\nfsync = off\nfull_page_writes = off\n\
                     synchronous_commit = off\n{settings}\n",
                    cluster.server.port
                ),
            );
            if cluster.control("start") {
                return Some(cluster);
            }
        }
        panic!(
            "PostgreSQL does not start: {}",
            std::fs::read_to_string(cluster.folder.join("log")).unwrap_or_default()
        );
    }

    pub fn restart(&self) {
        assert!(self.control("restart"), "PostgreSQL restarts");
    }

    fn control(&self, verb: &str) -> bool {
        let log = self.folder.join("log");
        as_owner(self.binaries.join("pg_ctl"), self.owner)
            .arg(verb)
            .args(["-w", "-s", "-t", "120", "-m", "fast", "-l"])
            .arg(log)
            .arg("-D")
            .arg(self.folder.join("data"))
            .status()
            .expect("pg_ctl starts")
            .success()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = as_owner(self.binaries.join(program), self.owner)
            .args(arguments)
            .arg("-D")
            .arg(self.folder.join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .expect("a program of PostgreSQL starts");
        assert!(
            output.status.success(),
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Writes a file that only the server may read, as it wants its keys to be.
    fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.join("data").join(name);
        std::fs::write(&path, text).expect("the data folder can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
            .expect("the file is ours");
        give(&path, self.owner);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

fn find_binaries() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    for (parent, bin) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr/local/pgsql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "bin"),
    ] {
        folders.push(Path::new(parent).join(bin));
        let mut found: Vec<PathBuf> = std::fs::read_dir(parent)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join(bin))
            .collect();
        found.sort();
        folders.extend(found.into_iter().rev());
    }
    folders
        .into_iter()
        .find(|folder| folder.join("pg_ctl").exists() && folder.join("initdb").exists())
}

/// PostgreSQL refuses to run as root: then it runs as somebody else.
fn unprivileged() -> Option<(u32, u32)> {
    let probe = std::env::temp_dir().join(format!("addressbook-owner-{}", std::process::id()));
    std::fs::write(&probe, "").expect("the temporary folder can be written");
    let me = std::fs::metadata(&probe).expect("the file is there").uid();
    let _ = std::fs::remove_file(&probe);
    if me != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    };
    let other = find("postgres").or_else(|| find("nobody"));
    Some(other.expect(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor \
         `nobody`: run the tests as another user, or set TEST_DATABASE_URL",
    ))
}

fn as_owner(program: impl AsRef<std::ffi::OsStr>, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    // A group of its own: Ctrl-C ends the tests, and the guard ends the rest.
    command
        .process_group(0)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}

fn new_folder(owner: Option<(u32, u32)>) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("addressbook-test-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir(&folder).expect("a temporary folder can be made");
    give(&folder, owner);
    folder
}

fn give(path: &Path, owner: Option<(u32, u32)>) {
    if let Some((user, group)) = owner {
        chown(path, Some(user), Some(group)).expect("root can give files away");
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}
