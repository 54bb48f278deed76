//! What names and values may look like, each check with the reason that a person needs.

use crate::tree::RepoPath;

/// The longest name of a service: `-migrate`, the longest suffix, must still fit into a label
/// value of 63 characters, with room for a pod's own suffix.
pub const NAME_MAX: usize = 50;

/// Name of a service: what a Kubernetes Service takes as a name (RFC 1035), at most [`NAME_MAX`]
/// characters.
///
/// # Errors
/// What is wrong with it, as in "the name …".
pub fn service(name: &str) -> Result<(), String> {
    label(name, NAME_MAX)?;
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(
            "must start with a letter: a Kubernetes Service takes no name that starts with a digit"
                .into(),
        );
    }
    Ok(())
}

/// A DNS label (RFC 1123) of at most `max` characters.
pub(super) fn label(name: &str, max: usize) -> Result<(), String> {
    if name.is_empty() {
        return Err("must not be empty".into());
    }
    if let Some(found) =
        name.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-'))
    {
        return Err(format!("must consist of lower-case letters, digits and \"-\", not {found:?}"));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err("must start and end with a letter or digit".into());
    }
    if name.len() > max {
        return Err(format!("must have at most {max} characters, not {}", name.len()));
    }
    Ok(())
}

/// Path of an HTTP request, with a query where need be.
///
/// # Errors
/// What is wrong with it, as in "the path …".
pub fn http_path(path: &str) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err("must start with \"/\"".into());
    }
    match path.chars().find(|c| !(c.is_ascii_alphanumeric() || "/-._~!&*+,;=:@%?".contains(*c))) {
        Some(found) => Err(format!("must be a plain URL path, without {found:?}")),
        None => Ok(()),
    }
}

/// Name of a host that an Ingress takes: a DNS name, whose first label may be `*`.
pub(super) fn host(name: &str) -> Result<(), String> {
    subdomain(name.strip_prefix("*.").unwrap_or(name))
}

/// A DNS name (RFC 1123), as Kubernetes takes for the name of most objects.
pub(super) fn subdomain(name: &str) -> Result<(), String> {
    if name.len() > 253 {
        return Err(format!("must have at most 253 characters, not {}", name.len()));
    }
    name.split('.').try_for_each(|part| label(part, 63))
}

/// Start of a path that an Ingress takes.
pub(super) fn ingress_path(path: &str) -> Result<(), String> {
    http_path(path)?;
    let odd = ["//", "/./", "/../", "?", "%2f", "%2F"];
    match odd.iter().find(|odd| path.contains(**odd)) {
        Some(odd) => Err(format!("must be a plain path, without {odd:?}")),
        None if path.ends_with("/..") || path.ends_with("/.") => {
            Err("must be a plain path, without dots at its end".into())
        }
        None => Ok(()),
    }
}

/// A folder of the repository that can stand in a condition and in a command as it is.
pub(super) fn folder(path: &str) -> Result<(), String> {
    self::path(path)?;
    match path.chars().find(|c| !(c.is_ascii_alphanumeric() || "/._-+@".contains(*c))) {
        Some(found) => {
            Err(format!("must be a path of letters, digits and / . _ - + @, not {found:?}"))
        }
        None => Ok(()),
    }
}

/// Name of a git branch that can also stand in a condition, which knows no escapes.
pub(super) fn branch(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("must not be empty".into());
    }
    if let Some(found) =
        name.chars().find(|c| !(c.is_ascii_alphanumeric() || "/._-+#@=".contains(*c)))
    {
        return Err(format!(
            "must be a branch name of letters, digits and / . _ - + # @ =, not {found:?}"
        ));
    }
    let odd_part = name
        .split('/')
        .any(|part| part.is_empty() || part.starts_with('.') || part.ends_with(".lock"));
    if odd_part || name.starts_with('-') || name.ends_with('.') || name.contains("..") {
        return Err("is not a name that git takes for a branch".into());
    }
    Ok(())
}

/// Name of an environment variable.
pub(super) fn variable(name: &str) -> Result<(), String> {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if first && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok(())
    } else {
        Err("must consist of letters, digits and \"_\" and not start with a digit".into())
    }
}

/// Name of a Semaphore secret, deployment target or Docker stage: one plain word.
pub(super) fn word(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain) {
        Ok(())
    } else {
        Err("must start with a letter or digit and consist of letters, digits and . _ -".into())
    }
}

/// An image that can't change unnoticed: with a tag other than `latest`, or a digest. Nothing in it
/// means anything to a shell.
pub(super) fn pinned_image(image: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    if !image.starts_with(|c: char| c.is_ascii_alphanumeric()) || !image.chars().all(plain) {
        return Err("must be an image, such as registry.example.com/scanner:1.2.3".into());
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    let (tagged, digest) = match last.split_once('@') {
        Some((tagged, digest)) => (tagged, Some(digest)),
        None => (last, None),
    };
    let hex = |text: &str| text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
    match (digest.map(|digest| digest.strip_prefix("sha256:")), tagged.split_once(':')) {
        (Some(Some(digest)), _) if hex(digest) => Ok(()),
        (Some(_), _) => Err("must end with a digest of 64 digits, as in @sha256:…".into()),
        (None, Some((_, tag))) if !["", "latest"].contains(&tag) => Ok(()),
        _ => Err("must have a version: a tag other than \"latest\", or a digest".into()),
    }
}

/// Text that a person reads, such as the name of a job: one line without control characters.
pub(super) fn line(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("must not be empty".into());
    }
    match text.chars().find(|c| c.is_control()) {
        Some(found) => Err(format!("must be one line of text, without {found:?}")),
        None => Ok(()),
    }
}

/// Text for a shell: anything but control characters other than line break and tab.
pub(super) fn shell(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("must not be empty".into());
    }
    control(text)
}

/// A value of an environment variable.
pub(super) fn control(text: &str) -> Result<(), String> {
    match text.chars().find(|&c| c.is_control() && c != '\n' && c != '\t') {
        Some(found) => Err(format!("must not contain the control character {found:?}")),
        None => Ok(()),
    }
}

/// A path inside the repository; `.` is its root.
pub(super) fn path(path: &str) -> Result<(), String> {
    if path == "." {
        return Ok(());
    }
    if path.starts_with('-') {
        return Err("must not start with \"-\", which programs take for an option".into());
    }
    RepoPath::new(path).map(|_| ()).map_err(|error| error.to_string())
}

/// A program and its arguments from one line, split as a shell splits.
pub(super) fn words(line: &str) -> Result<Vec<String>, String> {
    control(line)?;
    let words = shlex::split(line).ok_or("has a quote that is never closed")?;
    check_words(&words)?;
    Ok(words)
}

/// A program and its arguments.
pub(super) fn check_words(words: &[String]) -> Result<(), String> {
    match words.first() {
        None => Err("must not be empty".into()),
        Some(program) if program.is_empty() || program.starts_with('-') => {
            Err("must start with the name of a program".into())
        }
        Some(_) => words.iter().try_for_each(|word| control(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_names_are_what_kubernetes_takes_everywhere() {
        for good in ["a", "addressbook", "a-1", &"x".repeat(NAME_MAX)] {
            assert_eq!(service(good), Ok(()), "{good}");
        }
        for bad in ["", "A", "a_b", "-a", "a-", "1a", "ä", "a b", "a.b", "$(x)", "a\nb"] {
            assert!(service(bad).is_err(), "{bad:?}");
        }
        assert!(service(&"x".repeat(NAME_MAX + 1)).is_err());
    }

    #[test]
    fn images_have_a_version() {
        let digest = format!("@sha256:{}", "a1".repeat(32));
        for good in
            ["a:1", "r.example.com:5000/a/b:v1.2_3", &format!("a{digest}"), &format!("a:1{digest}")]
        {
            assert_eq!(pinned_image(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "a",
            "a:",
            "a:latest",
            "r.example.com:5000/a",
            "-a:1",
            "a:1 b",
            "a:$(x)",
            "a@sha256:12",
            "a@md5:1",
            "a:1@",
        ] {
            assert!(pinned_image(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn branches_can_stand_in_a_condition() {
        for good in ["main", "release/1.x", "feature#7", "a_b"] {
            assert_eq!(branch(good), Ok(()), "{good}");
        }
        for bad in ["", "it's", "a b", "a..b", "-x", "a/", "/a", "a//b", "x.lock", "a.", "$(x)"] {
            assert!(branch(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn command_lines_split_as_a_shell_splits() {
        assert_eq!(words("app 'a b' c").unwrap(), ["app", "a b", "c"]);
        assert_eq!(words("app $(x)").unwrap(), ["app", "$(x)"]);
        for bad in ["", "  ", "'open", "-x", "''", "a \u{0}"] {
            assert!(words(bad).is_err(), "{bad:?}");
        }
    }
}
