//! What stands in the user's directory.

use super::SyncError;
use super::state::sha256;
use std::io::ErrorKind;
use std::path::Path;

/// Whether two contents are the same but for line ends, which git may turn into CRLF and back.
pub(super) fn same_text(found: &[u8], content: &[u8]) -> bool {
    found == content || (found.contains(&b'\r') && sha256(found) == sha256(content))
}

/// What stands at a path.
pub(super) enum Found {
    File(Vec<u8>),
    Folder,
}

/// What stands at a path inside the directory. No part of the path may be a symbolic link.
pub(super) fn read(
    directory: &Path,
    path: &str,
    target: &Path,
) -> Result<Option<Found>, SyncError> {
    let mut at = directory.to_path_buf();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        at.push(part);
        match std::fs::symlink_metadata(&at) {
            Ok(found) if found.is_symlink() => return Err(SyncError::Symlink(at)),
            Ok(found) if parts.peek().is_some() && !found.is_dir() => {
                return Ok(Some(Found::Folder));
            }
            Ok(found) if parts.peek().is_none() && !found.is_file() => {
                return Ok(Some(Found::Folder));
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            // The output directory itself is a file.
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(SyncError::Io { what: "write to", path: directory.into(), error });
            }
            Err(error) => return Err(SyncError::Io { what: "look at", path: at, error }),
        }
    }
    std::fs::read(target)
        .map(|content| Some(Found::File(content)))
        .map_err(SyncError::io("read", target))
}

#[cfg(unix)]
pub(super) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
pub(super) fn is_executable(_: &Path) -> bool {
    false
}
