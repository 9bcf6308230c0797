//! The loader of the bash target, run by bash: values, checks, and the one message.

use std::process::{Command, Stdio};

use crate::settings::{emit, settings_marked};
use crate::settings_back::has;

const SOURCE: &str = "
host: localhost
port: 8080
debug: false
ratio: 0.25
level: info
maybe: 5
huge: 123456789012345678901234567890
unsigned: 1
pin: 1234
password: =secrets.password
ports: [80, 443]
hosts: [a.example, b.example]
flags: [true]
levels: [info]
labels: {a: b}
servers: [{name: one}]
free: {a: [1]}
motto: \"it's $5 ${HOME} }\"
";

const MARKS: &str = "
port: {kind: u16}
level: {choices: [debug, info, warn!]}
maybe: {kind: i32, nullable: true}
huge: {kind: integer}
unsigned: {kind: u64}
pin: {kind: i32, sensitive: true}
ports: {kind: list u16}
labels: {map: true}
free: {kind: any, map: true}
optional: {absent: number}
must: {absent: i32, required: true}
";

/// What bash says after it has sourced the file in a strict shell: values of the variables named, or the message.
fn run(environment: &[(&str, &str)], script: &str) -> String {
    let mut settings = settings_marked(SOURCE, MARKS);
    settings.prefix = String::new();
    let mut diags = Vec::new();
    let files = emit(&settings, "bash", "config.sh", "", &mut diags);
    assert!(diags.is_empty(), "{diags:?}");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("config.sh"), files.get("config.sh").expect("a file"))
        .expect("written");
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(folder.path())
        .env_clear()
        .envs(environment.iter().copied())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{error}{}", if output.status.success() { "" } else { "failed" })
}

const STRICT: &str = "set -euo pipefail; source ./config.sh; ";
const GIVEN: [(&str, &str); 2] = [("PASSWORD", "p"), ("MUST", "1")];

#[test]
fn the_environment_wins_over_the_file() {
    if !has("bash") {
        return;
    }
    let check = |environment: &[(&str, &str)], script: &str, expected: &str| {
        let all: Vec<(&str, &str)> = GIVEN.iter().chain(environment).copied().collect();
        assert_eq!(run(&all, &format!("{STRICT}{script}")), expected, "{environment:?}");
    };
    check(
        &[],
        "echo $HOST $PORT $DEBUG $MUST ${PORTS[1]} ${LABELS[a]} \"$MOTTO\"; compgen -A function",
        "localhost 8080 false 1 443 b it's $5 ${HOME} }\nfailed",
    );
    check(
        &[("PORT", "+00080"), ("DEBUG", "YES"), ("RATIO", "+1.5e3")],
        "echo $PORT $DEBUG $RATIO",
        "80 true 1.5e3\n",
    );
    check(
        &[("HUGE", "-98765432109876543210987654321"), ("UNSIGNED", "18446744073709551615")],
        "echo $HUGE $UNSIGNED",
        "-98765432109876543210987654321 18446744073709551615\n",
    );
    check(&[("MAYBE", "")], "echo ${MAYBE-null}", "null\n");
    check(&[("PORTS", " 1, 2 ,3"), ("HOSTS", "")], "echo ${#PORTS[@]} ${PORTS[2]} ${#HOSTS[@]}", "3 3 0\n");
    check(&[("FLAGS", "[ true ,false]"), ("PORTS", "[]")], "echo ${FLAGS[1]} ${#PORTS[@]}", "false 0\n");
    let escapes = r#"["\u00e9\ud83d\ude00\n\/\\\"", "a,b" , "]"]"#;
    check(&[("HOSTS", escapes)], "printf '%s|' \"${HOSTS[@]}\"", "é😀\n/\\\"|a,b|]|");
    let utf8 = [("LC_ALL", "C.UTF-8"), ("HOSTS", escapes)];
    check(&utf8, "printf '%s|' \"${HOSTS[@]}\"", "é😀\n/\\\"|a,b|]|");
    check(&[("HOSTS", "a,,b"), ("OPTIONAL", "0.5")], "printf '%s|' \"${HOSTS[@]}\" $OPTIONAL", "a||b|0.5|");
    check(
        &[("HOSTS", "x"), ("PORT", "5")],
        "source ./config.sh; echo ${HOSTS[*]} $PORT; bash -c 'echo $PORT'",
        "x 5\n5\n",
    );
    check(&[("SERVERS", "[{\"name\": \"x\"}]")], "echo $SERVERS", "[{\"name\": \"x\"}]\n");
    check(&[], "f() { source ./config.sh; }; unset LABELS; f; echo ${LABELS[a]}", "b\n");
}

#[test]
fn one_message_names_everything() {
    if !has("bash") {
        return;
    }
    assert_eq!(run(&[], STRICT), "PASSWORD: not set\nMUST: not set\nfailed");
    assert_eq!(run(&[("MUST", "1")], "bash ./config.sh || echo $?"), "1\nPASSWORD: not set\n");
    let wrong = [
        ("MUST", "2147483648"),
        ("PORT", "abc"),
        ("DEBUG", "maybe"),
        ("RATIO", "1,5"),
        ("LEVEL", "loud"),
        ("MAYBE", "x\"y\\\n"),
        ("HUGE", "0x10"),
        ("UNSIGNED", "-1"),
        ("PIN", "12a4"),
        ("PORTS", "80,http"),
        ("HOSTS", "[\"a\",]"),
        ("FLAGS", "[true, 2]"),
        ("LABELS", "{}"),
        ("SERVERS", "x"),
        ("FREE", ""),
        ("OPTIONAL", "1e999"),
    ];
    let expected = [
        "PORT: \"abc\" is not an integer",
        "DEBUG: \"maybe\" is not a boolean",
        "RATIO: \"1,5\" is not a number",
        "LEVEL: \"loud\" is not one of debug, info, warn!",
        "MAYBE: \"x\\\"y\\\\\\n\" is not an integer",
        "HUGE: \"0x10\" is not an integer",
        "UNSIGNED: \"-1\" is not between 0 and 18446744073709551615",
        "PIN: not an integer",
        "PASSWORD: not set",
        "PORTS[1]: \"http\" is not an integer",
        "HOSTS: \"[\\\"a\\\",]\" is not JSON",
        "FLAGS[1]: \"2\" is not a boolean",
        "LABELS: a map, which bash cannot read from the environment",
        "SERVERS: \"x\" is not JSON",
        "FREE: \"\" is not JSON",
        "OPTIONAL: \"1e999\" is not a number",
        "MUST: \"2147483648\" is not between -2147483648 and 2147483647",
        "failed",
    ];
    assert_eq!(run(&wrong, STRICT), expected.join("\n"));
    for number in ["1e99999", "-1e400", "1.8e308", ".", "1e", "nan", "inf", "0x1", ""] {
        let said = run(&[GIVEN[0], GIVEN[1], ("RATIO", number)], STRICT);
        assert_eq!(said, format!("RATIO: \"{number}\" is not a number\nfailed"));
    }
    for number in ["1e308", "-1.7e308", "1e-400", "0", ".5", "5."] {
        assert_eq!(run(&[GIVEN[0], GIVEN[1], ("RATIO", number)], STRICT), "", "{number}");
    }
}
