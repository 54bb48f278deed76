//! What PCRE says, measured with `re:compile` and `re:run` of Erlang/OTP 25.

use super::{NoAnswer, Refused, check, is_match};

/// Expression, text, and whether it matches.
#[rustfmt::skip]
const MATCHES: &[(&str, &str, bool)] = &[
    ("master", "xmasterx", true),
    ("^v1\\.", "v1.2", true),
    ("^v1\\.", "v12", false),
    ("^a$", "a\n", true),
    ("^a$", "a\n\n", false),
    ("^a\\z", "a\n", false),
    ("a\\Z", "a\n", true),
    ("^b$", "a\nb", false),
    ("(?m)^b$", "a\nb\nc", true),
    ("(?m)^$", "a\n", false),
    ("^.$", "é", false),
    ("^..$", "é", true),
    ("é", "café", true),
    ("[é]", "à", true),
    ("^[é]+$", "é", true),
    ("(?i)É", "é", false),
    ("(?i)MASTER", "master", true),
    ("(?i:m)A", "MA", true),
    ("(?i:m)A", "Ma", false),
    ("a(?i)b|c", "C", true),
    ("^\\w+$", "é", false),
    ("^\\w+$", "ü", false),
    ("\\bé", "é", true),
    ("a.c", "a\nc", false),
    ("(?s)a.c", "a\nc", true),
    ("(?x) a b # c", "ab", true),
    ("(?x)a\\ b", "a b", true),
    ("feature/{x}", "feature/{x}", true),
    ("a{,3}", "a{,3}", true),
    ("a{,3}", "aaa", false),
    ("a{2}", "aa", true),
    ("x]", "x]", true),
    ("[]a]", "]", true),
    ("[^]a]", "]", false),
    ("[a-]", "-", true),
    ("[\\w-]", "-", true),
    ("[a&&b]", "&", true),
    ("[a[b]", "[", true),
    ("\\<", "<", true),
    ("\\>", "a", false),
    ("\\y", "y", true),
    ("\\_", "_", true),
    ("\\/", "/", true),
    ("\\101", "A", true),
    ("\\x41", "A", true),
    ("\\x{41}", "A", true),
    ("\\o{101}", "A", true),
    ("\\cA", "\u{1}", true),
    ("\\e", "\u{1b}", true),
    ("\\0", "a", false),
    ("\\Qa.b\\E", "a.b", true),
    ("\\Qa.b\\E", "axb", false),
    ("\\h", "\t", true),
    ("\\v", "\n", true),
    ("^\\R$", "\r\n", true),
    ("^\\X$", "é", false),
    ("\\N", "\n", false),
    ("(a)\\1", "aa", true),
    ("(a)\\g1", "aa", true),
    ("(a)\\g{-1}", "aa", true),
    ("(?<n>a)\\k<n>", "aa", true),
    ("(?P<n>a)(?P=n)", "ab", false),
    ("(?i)(a)\\1", "aA", true),
    ("^(?!master).*$", "main", true),
    ("^(?!master).*$", "master", false),
    ("(?<=v)1", "v1", true),
    ("(?<!v)1", "v1", false),
    ("^(?>a+)a", "aaa", false),
    ("^a++a", "aaa", false),
    ("^a{1,2}+a", "aa", false),
    ("^(a)?(?(1)b|c)$", "ab", true),
    ("^(a)?(?(1)b|c)$", "c", true),
    ("^(a)?(?(1)b|c)$", "ac", false),
    ("(?U)^a+$", "aaa", true),
    ("(?U)^a+?b", "aab", true),
    ("[[:upper:]]", "a", false),
    ("(?i)[[:upper:]]", "a", true),
    ("[[:^alpha:]]", "1", true),
    ("\\p{Lu}", "A", true),
    ("(?i)\\p{Lu}", "a", false),
    ("^\\p{L}$", "é", false),
    ("[^\\p{L}]", "1", true),
    ("[[:<:]]b", "a b", true),
    ("b[[:>:]]", "ab", true),
    ("(?=a)*b", "b", true),
    ("(?#c)a", "a", true),
    ("a(?#c)+$", "aa", true),
    ("(*FAIL)|b", "b", true),
    ("\\Ga", "ba", false),
    ("a|", "b", true),
    ("", "b", true),
    ("()", "b", true),
    ("\\s", "\u{b}", true),
    ("[\\b]", "\u{8}", true),
    ("[\\Qa-z\\E]", "-", true),
    ("[\\Qa-z\\E]", "b", false),
    ("(?<n>a)(?<m>b)\\k{m}", "abb", true),
    ("^(?:a|ab)(?:c|bcd)$", "abcd", true),
    ("\\8", "8", true),
    ("a\\Kb", "ab", true),
    ("[\\d-z]", "-", true),
    ("^[^\\n]+$", "a\nb", false),
    ("(?-i)A", "a", false),
];

/// Expressions that compile.
#[rustfmt::skip]
const COMPILE: &[&str] = &[
    r#"(?=a)*"#, r#"(?=a)+"#, r#"(?<=a|bc)d"#, r#"(?<=a{2})b"#, r#"a{,3}"#, r#"a{"#, r#"{x}"#,
    r#"a{65535}"#, r#"[\d-z]"#, r#"[]a]"#, r#"\y"#, r#"\i"#, r#"\_"#, r#"\<"#, r#"\x{ff}"#,
    r#"\x"#, r#"\xg"#, r#"\o{12}"#, r#"\8"#, r#"\9"#, r#"\10"#, r#"\p{L}"#, r#"\pL"#,
    r#"\p{Greek}"#, r#"\p{^Lu}"#, r#"(?<n>a)\k<n>"#, r#"(?J)(?<n>a)(?<n>b)"#, r#"(?P<n>a)(?P=n)"#,
    r#"(?'n'a)\k'n'\k{n}\g{n}"#, r#"\g{1}(a)"#, r#"(a)\g{-1}"#, r#"(a)\g1"#, r#"(a)(?1)"#,
    r#"(?|a|b)"#, r#"(?>a)"#, r#"(a)(?(1)a|b)"#, r#"(?(?=a)a|b)"#, r#"(?(DEFINE)(a))"#,
    r#"(?C1)a"#, r#"(*ACCEPT)"#, r#"(*UTF8)a"#, r#"(?#)"#, r#"\Qa(\E"#, r#"\Qa("#, r#"a\E"#,
    r#"(?U)a+"#, r#"(?x) a # c"#, r#"(?ix-s)a"#, r#"(?i-)a"#, r#"\cA"#, r#"(?<=\C)a"#, r#"\K"#,
    r#"a++"#, r#"a*+"#, r#"a?+"#, r#"a{2}+"#, r#"(?:)"#, r#"()"#, r#"|"#, r#"\G"#, r#"\Z"#,
    r#"(?)"#, r#"(?-)"#, r#"a(?#x)*"#, r#"(?x)a *"#, r#"(?x)a + +"#, r#"a\E*"#, r#"\R*"#,
    r#"\X+"#, r#"[\R]"#, r#"[\B]"#, r#"[\b]"#, r#"[\X]"#, r#"[\1]"#, r#"[\8]"#, r#"[\Qa-z\E]"#,
    r#"[a-\Qz\E]"#, r#"[a\E-z]"#, r#"(?<=\K)a"#, r#"[a&&b]"#, r#"[a[b]c]"#, r#"[[a]"#,
    r#"(?i:a)"#, r#"(?s-i:a)"#, r#"(?-i)a"#, r#"\377"#, r#"\0"#, r#"\01"#,
    r#"(?<n>a)(?(<n>)b)(?('n')b)(?(n)b)"#, r#"(?(R)a)"#, r#"(?P<n>a)(?P>n)"#, r#"\g<1>(a)"#,
    r#"\g'1'(a)"#, r#"\h\H\v\V\e\f\a\t"#, r#"(?<=a(?=bc))d"#, r#"(?<=ab|c(?:d|e))f"#,
    r#"(?<=a\b)f"#, r#"(?<=^)f"#, r#"\j\m\q\F\I\J\M\O\T\Y"#, r#"[\y]"#, r#"(?<=a){3}b"#,
    r#"(?!a)*b"#, r#"\w{2,}?"#, r#"x{0}"#, r#"(?P<n>a){0}"#, r#"a{2}?"#, r#"a{1}{"#,
    r#"(?x)[a b]"#, r#"(?x)a{ 1}"#, r#"(?x)a\ b#"#, r#"(?x)(?#c)"#, r#"[^]a]"#, r#"[a-a]"#,
    r#"[a-]"#, r#"[-a]"#, r#"[a-b-c]"#, r#"[\w-a]"#, r#"[[:alpha:]-z]"#, r#"aé*"#,
    r#"\p{Any}\p{L&}\p{Xan}\p{Xps}\p{Xsp}\p{Xwd}\p{Xuc}"#, r#"\P{^L}"#, r#"(?i)(?-i:a)b"#,
    r#"\c "#, r#"\c{"#, r#"(?<abcdefghijklmnopqrstuvwxyzabcdef>a)"#, r#"\g<+1>(a)"#,
    r#"(?+1)(a)"#, r#"(?(+1)a)(b)"#, r#"(?<n>a)(?(n)b)"#,
];

/// Expressions that do not.
#[rustfmt::skip]
const MALFORMED: &[&str] = &[
    r#"a{2}{3}"#, r#"a**"#, r#"^*"#, r#"$*"#, r#"\b*"#, r#"(?i)*"#, r#"*a"#, r#"a|*"#, r#"(*"#,
    r#"(?<=a+)b"#, r#"(?<=(a|bc))d"#, r#"a{3,1}"#, r#"a{65536}"#, r#"[a-\d]"#, r#"[z-a]"#,
    r#"[]"#, r#"[[:foo:]]"#, r#"[[.a.]]"#, r#"[a-[:digit:]]"#, r#"[:alpha:]"#, r#"\L"#, r#"\u"#,
    r#"\N{x}"#, r#"\x{100}"#, r#"\o"#, r#"\1"#, r#"(a)\2"#, r#"\p{Foo}"#, r#"\p{Letter}"#,
    r#"\p{greek}"#, r#"\p"#, r#"\k<n>"#, r#"(?<n>a)(?<n>b)"#, r#"(?<1n>a)"#, r#"\g{-1}"#, r#"\g"#,
    r#"(?1)"#, r#"(?&n)"#, r#"(?(1)a|b)"#, r#"(a)(?(1)a|b|c)"#, r#"(*FOO)"#, r#"(?z)"#,
    r#"(?i"#, r#"(?#"#, r#"(a"#, r#"a)"#, r#"[a"#, r#"\"#, r#"(?X)\y"#, r#"(?^i)a"#, r#"\c"#,
    r#"\cé"#, r#"a+++"#, r#"a+?+"#, r#"(?<!a*)b"#, r#"(?:a"#, r#"\Q\E*"#, r#"(?#x)*"#, r#"\E*"#,
    r#"\K*"#, r#"\A*"#, r#"[\N]"#, r#"[\E]"#, r#"(?<n"#, r#"(?<n>"#, r#"(?P>n)"#, r#"(?Px)"#,
    r#"[a--b]"#, r#"\x{}"#, r#"\x{g}"#, r#"\o{}"#, r#"\o{9}"#, r#"\777"#, r#"\400"#,
    r#"(a)(?(n)b)"#, r#"(?(9)a)"#, r#"(?<=(?:d|ee))f"#, r#"(?<=\R)a"#, r#"(?<=\X)a"#,
    r#"(?<=(a)\1)b"#, r#"\U"#, r#"\l"#, r#"[\L]"#, r#"a{1,2}{1,2}"#, r#"[^]"#, r#"(?x)( ?i)a"#,
    r#"\p{ Lu}"#, r#"\p{Lu }"#, r#"\pq"#, r#"\p{lu}"#,
    r#"(?<abcdefghijklmnopqrstuvwxyzabcdefg>a)"#, r#"(?<a-b>c)"#, r#"(?<>c)"#, r#"\k<>"#,
    r#"\k{}"#, r#"\kx"#, r#"\g{}"#, r#"\g{0}"#, r#"\g0"#, r#"\g{+1}"#, r#"(?-1)"#,
    r#"(?( 1)a)(b)"#, r#"(?("#, r#"(?()a)"#, r#"(?(1"#,
];

#[test]
fn matches_are_those_of_pcre() {
    let wrong: Vec<String> = MATCHES
        .iter()
        .map(|&(regex, text, expected)| (regex, text, expected, is_match(regex, text)))
        .filter(|(_, _, expected, found)| found.as_ref() != Ok(expected))
        .map(|row| format!("{row:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_pcre_compiles_is_no_error() {
    for regex in COMPILE {
        let checked = check(regex);
        assert!(!matches!(checked, Err(Refused::Malformed(_))), "{regex}: {checked:?}");
    }
}

#[test]
fn what_pcre_does_not_compile_is_an_error() {
    let wrong: Vec<&str> = MALFORMED
        .iter()
        .copied()
        .filter(|regex| !matches!(check(regex), Err(Refused::Malformed(_))))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn an_error_names_its_place_in_characters() {
    for (regex, reason) in [
        ("é(a", "the `(` is never closed (character 2)"),
        ("a)", "the `)` closes nothing (character 2)"),
        ("*a", "there is nothing to repeat (character 1)"),
        ("ü[z-a]", "the range runs backwards (character 4)"),
        ("[a", "the `[` is never closed (character 1)"),
        ("a\\", "nothing follows the `\\` (character 2)"),
        ("(?<=a+)b", "a look-behind must have a fixed length (character 7)"),
    ] {
        assert_eq!(check(regex), Err(Refused::Malformed(reason.to_owned())), "{regex}");
    }
}

#[test]
fn what_only_the_engine_lacks_is_told_apart() {
    for regex in ["(a)(?1)", "(?|a|b)", "(*ACCEPT)a"] {
        let answer = is_match(regex, "a");
        assert!(
            matches!(answer, Err(NoAnswer::Refused(Refused::Unsupported(_)))),
            "{regex}: {answer:?}"
        );
    }
}

#[test]
fn repetitions_of_repetitions_are_not_multiplied_out() {
    for regex in ["(?:(?:a{1,50}){1,50}){1,50}", "(?=((a{1,100}){1,100}){1,100})a"] {
        assert_eq!(check(regex), Ok(()), "{regex}");
        let answer = is_match(regex, "a");
        assert!(
            matches!(answer, Err(NoAnswer::Refused(Refused::Unsupported(_)))),
            "{regex}: {answer:?}"
        );
    }
}
