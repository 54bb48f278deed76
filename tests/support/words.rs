//! The arguments of a call, read strictly: every flag has to be asked for.

/// The answer to a call: what it prints, or what is wrong.
pub type Answer = Result<String, String>;

pub fn fail<T>(text: impl Into<String>) -> Result<T, String> {
    Err(text.into())
}

/// Flags and other arguments of a call; every flag has to be asked for.
pub struct Words {
    flags: Vec<(String, String)>,
    pub plain: Vec<String>,
    /// What stands behind `--`.
    pub rest: Vec<String>,
}

impl Words {
    /// Splits arguments; the named flags take the argument after them as their value.
    pub fn of(arguments: &[String], valued: &[&str]) -> Self {
        let mut words = Self { flags: Vec::new(), plain: Vec::new(), rest: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                words.rest = arguments.cloned().collect();
                break;
            }
            match argument.strip_prefix("--") {
                Some(flag) => {
                    let (name, value) = match flag.split_once('=') {
                        Some((name, value)) => (name, value.to_owned()),
                        None if valued.contains(&flag) => {
                            (flag, arguments.next().cloned().unwrap_or_default())
                        }
                        None => (flag, String::new()),
                    };
                    words.flags.push((name.to_owned(), value));
                }
                None => words.plain.push(argument.clone()),
            }
        }
        words
    }

    pub fn flag(&mut self, name: &str) -> Option<String> {
        let at = self.flags.iter().position(|(known, _)| known == name)?;
        Some(self.flags.remove(at).1)
    }

    pub fn needs(&mut self, name: &str) -> Answer {
        self.flag(name).ok_or_else(|| format!("--{name} is missing"))
    }

    pub fn has(&mut self, name: &str) -> bool {
        self.flag(name).is_some()
    }

    pub fn is(&mut self, name: &str, expected: &str) -> Result<(), String> {
        let value = self.needs(name)?;
        if value == expected { Ok(()) } else { Err(format!("--{name} is {value:?}")) }
    }

    /// Fails when flags are left that nobody has asked for.
    pub fn end(self) -> Result<Vec<String>, String> {
        match self.flags.first() {
            Some((name, _)) => Err(format!("unknown flag: --{name}")),
            None => Ok(self.plain),
        }
    }
}
