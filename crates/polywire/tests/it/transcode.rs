//! `polywire transcode` as a filter.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use polywire_testkit::fixtures;

use crate::harness::command;

const TO_PROTOBUF: &[&str] = &["--from", "json", "--to", "protobuf"];
const TO_JSON: &[&str] = &["--from", "protobuf", "--to", "json"];

struct Filtered {
    exit: i32,
    stdout: Vec<u8>,
    stderr: String,
}

fn transcode(arguments: &[&str], input: &[u8]) -> Filtered {
    let all = [&["--contract", "orders.proto", "--type", "PlaceOrderRequest"], arguments].concat();
    filter(&fixtures("contracts/orders"), &all, input)
}

fn filter(folder: &Path, arguments: &[&str], input: &[u8]) -> Filtered {
    let mut child = command(&[&["transcode"], arguments].concat(), folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer does not panic");
    Filtered {
        exit: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn what_goes_there_comes_back() {
    let mut input = String::new();
    for at in 1..=5000_u64 {
        let user = at * 1_801_439_850_948;
        input.push_str(&format!(
            "{{\"userId\":\"{user}\",\"productId\":\"Lampe n° {at}\",\"quantity\":{}}}\n",
            at % 1000 + 1
        ));
    }
    let there = transcode(TO_PROTOBUF, input.as_bytes());
    assert_eq!((there.exit, there.stderr.as_str()), (0, ""));
    let back = transcode(TO_JSON, &there.stdout);
    assert_eq!((back.exit, String::from_utf8_lossy(&back.stdout).into_owned()), (0, input));
}

#[test]
fn one_bare_message() {
    let there = transcode(
        &[TO_PROTOBUF, &["--framing", "single"]].concat(),
        b"{\n  \"user_id\": 5,\n  \"product_id\": \"a\",\n  \"quantity\": 1\n}\n",
    );
    assert_eq!((there.exit, there.stdout.as_slice()), (0, &b"\x08\x05\x12\x01a\x18\x01"[..]));
}

#[test]
fn a_message_that_is_wrong_ends_it_with_its_place() {
    let good = "{\"userId\":\"1\",\"productId\":\"a\",\"quantity\":1}\n";
    let input = format!("{good}{{\"userId\":\"1\",\"productId\":\"\",\"quantity\":0}}\n{good}");
    let said = transcode(TO_PROTOBUF, input.as_bytes());
    assert_eq!((said.exit, said.stdout.as_slice()), (1, &b"\x07\x08\x01\x12\x01a\x18\x01"[..]));
    let expected = "error: message 2, which begins at byte 44, breaks the contract\n  \
                    /productId: minLength (byte 70, text)\n  /quantity: exclusiveMinimum (byte 84, number)\n";
    assert!(said.stderr.starts_with(expected), "{}", said.stderr);
    let cut = transcode(TO_JSON, b"\x07\x08\x01\x12\x01a\x18\x01\x07\x08");
    assert_eq!((cut.exit, String::from_utf8_lossy(&cut.stdout).as_ref()), (1, good));
    assert!(cut.stderr.contains("message 2, which begins at byte 8, is cut off"), "{}", cut.stderr);
}

#[test]
fn wrong_messages_can_be_set_aside() {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let reject = folder.path().join("reject");
    let reject_path = reject.to_str().expect("it is text");
    let input = "{\"quantity\":0}\n{\"userId\":\"1\",\"productId\":\"a\",\"quantity\":1}\n{bad\n";
    let said = transcode(&[TO_PROTOBUF, &["--reject", reject_path]].concat(), input.as_bytes());
    assert_eq!((said.exit, said.stdout.as_slice()), (1, &b"\x07\x08\x01\x12\x01a\x18\x01"[..]));
    assert_eq!(said.stderr, format!("1 message passed, 2 rejected to {reject_path}\n"));
    let rejected = std::fs::read_to_string(&reject).expect("it was written");
    assert_eq!(rejected, "{\"quantity\":0}\n{bad\n");
}

#[test]
fn json_is_written_as_wanted() {
    let input = b"{\"userId\":\"7\",\"productId\":\"lamp\",\"quantity\":2}\n";
    let to_json = ["--from", "json", "--to", "json", "--option", "int64=number", "--option", "order=name"];
    let said = transcode(&to_json, input);
    let expected = "{\"productId\":\"lamp\",\"quantity\":2,\"userId\":7}\n";
    assert_eq!((said.exit, String::from_utf8_lossy(&said.stdout).as_ref()), (0, expected));
    let twice = [&input[..], input].concat();
    let said = transcode(&["--from", "json", "--to", "json", "--option", "indent=2"], &twice);
    let expected = "{\n  \"userId\": \"7\",\n  \"productId\": \"lamp\",\n  \"quantity\": 2\n}\n".repeat(2);
    assert_eq!((said.exit, String::from_utf8_lossy(&said.stdout).into_owned()), (0, expected));
    let there = transcode(TO_PROTOBUF, input);
    let said = transcode(&[TO_JSON, &["--option", "indent=0"]].concat(), &there.stdout);
    assert_eq!((said.exit, said.stdout.as_slice()), (0, &input[..]));
    let said = transcode(&[TO_JSON, &["--option", "indent=9"]].concat(), &there.stdout);
    assert_eq!(said.exit, 2);
    let said = transcode(&["--from", "json", "--to", "json", "--option", "int64=hex"], input);
    assert_eq!(said.exit, 2);
    assert!(said.stderr.contains("expected one of int64=number|text"), "{}", said.stderr);
}

#[test]
fn avro_comes_back() {
    let input = "{\"userId\":\"7\",\"productId\":\"lamp\",\"quantity\":2}\n";
    let there = transcode(&["--from", "json", "--to", "avro"], input.as_bytes());
    assert_eq!((there.exit, there.stderr.as_str()), (0, ""));
    let back = transcode(&["--from", "avro", "--to", "json"], &there.stdout);
    assert_eq!(String::from_utf8_lossy(&back.stdout), input);
}

/// The violations that were told, `path: rule` each.
fn violations(stderr: &str) -> String {
    let lines = stderr.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(" (byte"));
    lines.map(|(violation, _)| violation).collect::<Vec<_>>().join(", ")
}

fn hexadecimal(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

/// A line of `fixtures/wire/proto-any` has `json` or `protobuf` (hexadecimal), and `back` (the JSON that comes of it) or
/// `refused` (paths and rules).
#[test]
fn an_any_holds_well_known_messages_under_value() {
    let folder = fixtures("wire/proto-any");
    let run = |arguments: &[&str], input: &[u8]| {
        filter(&folder, &[&["--contract", "contract.proto", "--type", "Event"], arguments].concat(), input)
    };
    let cases = std::fs::read_to_string(folder.join("cases.jsonl")).expect("it is there");
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| case[name].as_str();
        let mut said = match text("json") {
            Some(json) => run(TO_PROTOBUF, json.as_bytes()),
            None => {
                let bytes = hexadecimal(text("protobuf").expect("one of the two"));
                run(&[TO_JSON, &["--framing", "single"]].concat(), &bytes)
            }
        };
        if said.exit == 0 && text("json").is_some() {
            said = run(TO_JSON, &said.stdout);
        }
        let came = match said.exit {
            0 => String::from_utf8_lossy(&said.stdout).trim_end().to_string(),
            _ => violations(&said.stderr),
        };
        assert_eq!(Some(came.as_str()), text("back").or(text("refused")), "{line}\n{}", said.stderr);
    }
}
