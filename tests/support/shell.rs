//! Bash as the agent meets it: how many statements a command has, and which commands are in a
//! Markdown text.

/// Counts the statements of a command at its top level, where what follows one hides its exit
/// status: `a; b`, `a &` and `a` newline `b` are two, `a && b`, `a | b`, a continued line and a
/// compound statement are one. An unfinished command has none.
pub fn statements(command: &str) -> usize {
    Reader::new(command).count()
}

/// The last program of a command that is a pipe, with its arguments.
pub fn pipe_end(command: &str) -> Option<String> {
    let mut reader = Reader::new(command);
    reader.count();
    let last = reader.pipe?;
    let text: String = reader.text[last..].iter().collect();
    Some(text.trim_start_matches([' ', '\\', '\n']).to_owned())
}

struct Reader {
    text: Vec<char>,
    at: usize,
    /// The words that close what is open.
    open: Vec<&'static str>,
    /// Statements that a separator has ended.
    ended: usize,
    /// Whether something stands after the last separator.
    begun: bool,
    /// Behind the last `|` at the top level.
    pipe: Option<usize>,
}

impl Reader {
    fn new(command: &str) -> Self {
        let text = command.chars().collect();
        Self { text, at: 0, open: Vec::new(), ended: 0, begun: false, pipe: None }
    }

    fn count(&mut self) -> usize {
        // After `&&`, `||` and `|` a statement goes on in the next line.
        let mut goes_on = false;
        let mut command_position = true;
        while let Some(c) = self.peek(0) {
            match c {
                ' ' | '\t' => self.at += 1,
                '\\' if self.peek(1) == Some('\n') => self.at += 2,
                '#' => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1
                    }
                }
                '\n' | ';' => {
                    self.at += 1;
                    if c == ';' || !goes_on {
                        self.end();
                    }
                    command_position = true;
                }
                '&' | '|' if self.peek(1) == Some(c) => {
                    self.at += 2;
                    (goes_on, command_position) = (true, true);
                }
                '|' => {
                    self.at += 1;
                    if self.open.is_empty() {
                        self.pipe = Some(self.at);
                    }
                    (goes_on, command_position) = (true, true);
                }
                '&' if self.peek(1) == Some('>') => self.at += 2,
                '&' => {
                    // A background job: nobody looks at its status.
                    self.at += 1;
                    self.end();
                    self.ended += usize::from(self.open.is_empty());
                    command_position = true;
                }
                '<' | '>' => {
                    self.at += 1;
                    while self.peek(0).is_some_and(|c| "<>&(".contains(c)) {
                        if self.peek(0) == Some('(') {
                            self.at += 1;
                            self.skip_parenthesis();
                        } else {
                            self.at += 1;
                        }
                    }
                }
                '(' => {
                    self.at += 1;
                    self.begun = true;
                    self.open.push(")");
                    command_position = true;
                }
                ')' => {
                    self.at += 1;
                    if self.open.last() == Some(&")") {
                        self.open.pop();
                    }
                    // The patterns of a `case` end with one too.
                    command_position = true;
                }
                _ => {
                    let word = self.word();
                    self.begun = true;
                    goes_on = false;
                    if command_position {
                        command_position = self.keyword(&word);
                    } else if self.open.last() == Some(&"in") && word == "in" {
                        self.open.pop();
                        command_position = true;
                    } else if self.open.last() == Some(&"]]") && word == "]]" {
                        self.open.pop();
                    }
                }
            }
        }
        self.end();
        if self.open.is_empty() && !goes_on { self.ended } else { 0 }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn end(&mut self) {
        if self.open.is_empty() {
            self.ended += usize::from(self.begun);
            self.begun = false;
        }
    }

    /// Whether the next word is a command again.
    fn keyword(&mut self, word: &str) -> bool {
        let closes = match word {
            "if" => Some("fi"),
            "while" | "until" | "for" | "select" => Some("done"),
            "case" => Some("esac"),
            "{" => Some("}"),
            "[[" => Some("]]"),
            _ => None,
        };
        if let Some(end) = closes {
            self.open.push(end);
            return matches!(word, "if" | "while" | "until" | "{");
        }
        if self.open.last() == Some(&word) {
            self.open.pop();
            return false;
        }
        let assignment = word
            .split_once('=')
            .is_some_and(|(name, _)| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
        assignment || matches!(word, "then" | "else" | "elif" | "do" | "!" | "time")
    }

    /// A word with everything quoted or substituted in it.
    fn word(&mut self) -> String {
        let start = self.at;
        while let Some(c) = self.peek(0) {
            match c {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' | ')' => break,
                '(' => {
                    self.at += 1;
                    self.skip_parenthesis();
                }
                '\\' => self.at += 2,
                '\'' => self.skip_single(),
                '"' => self.skip_double(),
                '`' => self.skip_backticks(),
                '$' => self.skip_expansion(),
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.text.len());
        self.text[start..self.at].iter().collect()
    }

    fn unfinished(&mut self) {
        self.open.push("never closed");
    }

    fn skip_single(&mut self) {
        self.at += 1;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            if c == '\'' {
                return;
            }
        }
        self.unfinished();
    }

    fn skip_double(&mut self) {
        self.at += 1;
        while let Some(c) = self.peek(0) {
            match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => self.at += 2,
                '`' => self.skip_backticks(),
                '$' => self.skip_expansion(),
                _ => self.at += 1,
            }
        }
        self.unfinished();
    }

    fn skip_backticks(&mut self) {
        self.at += 1;
        while let Some(c) = self.peek(0) {
            self.at += if c == '\\' { 2 } else { 1 };
            if c == '`' {
                return;
            }
        }
        self.unfinished();
    }

    fn skip_expansion(&mut self) {
        self.at += 1;
        match self.peek(0) {
            Some('(') => {
                self.at += 1;
                self.skip_parenthesis();
            }
            Some('{') => {
                while let Some(c) = self.peek(0) {
                    self.at += 1;
                    if c == '}' {
                        return;
                    }
                }
                self.unfinished();
            }
            _ => {}
        }
    }

    /// From behind the opening parenthesis to behind the closing one.
    fn skip_parenthesis(&mut self) {
        let mut depth = 1;
        while let Some(c) = self.peek(0) {
            match c {
                '\'' => self.skip_single(),
                '"' => self.skip_double(),
                '\\' => self.at += 2,
                '`' => self.skip_backticks(),
                '(' | ')' => {
                    self.at += 1;
                    depth = if c == '(' { depth + 1 } else { depth - 1 };
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.unfinished();
    }
}

/// Whether one of the simple commands of a command starts with this word.
pub fn runs(command: &str, program: &str) -> bool {
    command.split([';', '&', '|', '\n', '(', ')', '{', '}']).any(|part| {
        let mut words = part.split_whitespace().skip_while(|word| {
            ["then", "else", "do", "if", "!"].contains(word)
                || word.split_once('=').is_some_and(|(name, _)| {
                    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                })
        });
        words.next() == Some(program)
    })
}

/// The blocks of bash in a Markdown text: the headings above each, and its text.
pub fn bash_blocks(markdown: &str) -> Vec<(Vec<String>, String)> {
    let mut blocks = Vec::new();
    let mut headings: Vec<String> = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let level = line.chars().take_while(|&c| c == '#').count();
        if let Some(fence) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if fence == "bash" {
                blocks.push((headings.clone(), text.join("\n") + "\n"));
            }
        } else if level > 0 && line[level..].starts_with(' ') {
            headings.truncate(level - 1);
            headings.resize(level - 1, String::new());
            headings.push(line[level + 1..].to_owned());
        }
    }
    blocks
}
