//! Bodies of parts: good ones, broken ones, and written ones read again.

use super::*;

const MEDIA: &str = "multipart/form-data; boundary=x";

fn read(body: &str) -> Result<Vec<Part>, Broken> {
    parts(&Bytes::copy_from_slice(body.as_bytes()), MEDIA)
}

fn check(body: &str, expected: &[(&str, Option<&str>, &str)]) {
    let found = read(body).unwrap_or_else(|broken| panic!("{body:?}: {broken:?}"));
    let found: Vec<_> = found
        .iter()
        .map(|part| (part.name.as_str(), part.media.as_deref(), std::str::from_utf8(&part.body).unwrap()))
        .collect();
    assert_eq!(found, expected, "{body:?}");
}

#[test]
fn parts_are_taken_apart() {
    let a = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
    check("--x--", &[]);
    check("--x--\r\n", &[]);
    check(&format!("{a}--x--"), &[("a", None, "1")]);
    check(&format!("\r\n{a}--x--\r\n"), &[("a", None, "1")]);
    let file = "--x \r\ncontent-type: image/png\r\ncontent-disposition: form-data; filename=\"ü \\\"q\\\".png\"; name=b\r\n\r\n\r\n--y\r\n\r\n";
    check(&format!("{a}{file}--x--"), &[("a", None, "1"), ("b", Some("image/png"), "\r\n--y\r\n")]);
    check("--x\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n--x--", &[("", None, "")]);
}

#[test]
fn broken_bodies_are_refused() {
    let head = "Content-Disposition: form-data; name=\"a\"";
    for body in [
        "",
        "--",
        "--x",
        "--x\r\n",
        "--y--",
        "preamble\r\n--x--",
        "--x--\r\nepilogue",
        "--xy\r\n",
        &format!("--x\r\n{head}\r\n\r\n1"),
        &format!("--x\r\n{head}\r\n\r\n1\r\n--x"),
        &format!("--x\r\n{head}\r\n\r\n1\r\n--xy\r\n--x--"),
        &format!("--x\n{head}\n\n1\n--x--"),
        &format!("--x\r\n{head}\r\n--x--"),
        "--x\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Type: text/plain\r\n\r\n1\r\n--x--",
        &format!("--x\r\n{head}\r\n{head}\r\n\r\n1\r\n--x--"),
        &format!("--x\r\n{head}; name=b\r\n\r\n1\r\n--x--"),
        &format!("--x\r\n{head}; name*=utf-8''b\r\n\r\n1\r\n--x--"),
        &format!("--x\r\n{head}\r\n folded\r\n\r\n1\r\n--x--"),
        &format!("--x\r\n{head}\nx: y\r\n\r\n1\r\n--x--"),
        "--x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--x--",
        "--x\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n1\r\n--x--",
    ] {
        assert!(matches!(read(body), Err(Broken::Malformed(_))), "{body:?}");
    }
}

#[test]
fn boundaries_are_read_as_they_must_be() {
    for (media, expected) in [
        ("multipart/form-data; boundary=x", Some("x")),
        ("multipart/form-data; charset=utf-8; Boundary=\"a b\"", Some("a b")),
        ("multipart/form-data", None),
        ("multipart/form-data; boundary=", None),
        ("multipart/form-data; boundary=a; boundary=b", None),
        ("multipart/form-data; boundary=\"a", None),
        ("multipart/form-data; boundary=\"a \"", None),
        ("multipart/form-data; boundary=\"a\" b", None),
        ("multipart/form-data; boundary=ü", None),
    ] {
        assert_eq!(boundary(media).as_deref(), expected, "{media}");
    }
    let long = format!("multipart/form-data; boundary={}", "a".repeat(71));
    assert_eq!(boundary(&long), None);
}

#[test]
fn limits_hold() {
    let one = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
    assert_eq!(read(&format!("{}--x--", one.repeat(PARTS_MAX))).map(|parts| parts.len()), Ok(PARTS_MAX));
    assert_eq!(read(&format!("{}--x--", one.repeat(PARTS_MAX + 1))), Err(Broken::TooMany));
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=a\r\nx: {}\r\n\r\n1\r\n--x--",
        "y".repeat(1 << 20)
    );
    assert!(matches!(read(&head), Err(Broken::Malformed(_))));
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let odd = b"\r\n--polywire-part-0000000000000001--\r\n\0\xff".as_slice();
    let written = [
        Written { name: "a", file: false, media: None, body: b"" },
        Written { name: "b", file: true, media: Some("image/png"), body: odd },
        Written { name: "b", file: true, media: Some("image/png"), body: b"--" },
    ];
    let (media, body) = write(&written);
    let read = parts(&Bytes::from(body), &media).unwrap();
    assert_eq!(read.len(), written.len());
    for (read, written) in read.iter().zip(&written) {
        assert_eq!(
            (read.name.as_str(), read.media.as_deref(), &read.body[..]),
            (written.name, written.media, written.body)
        );
    }
}

/// Whatever comes in: no panic, and what is taken for parts lies inside of the body.
#[test]
fn any_bytes_are_read_or_refused() {
    let pieces = [
        "--x",
        "\r\n",
        "--",
        "Content-Disposition: form-data; name=\"a\"",
        "; ",
        "\"",
        "x",
        "\\",
        "=",
        ":",
        "\0",
        "ü",
        "\n",
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for _ in 0..20_000 {
        let mut body = String::from(if random(4) > 0 { "--x\r\n" } else { "" });
        for _ in 0..random(14) {
            body.push_str(pieces[random(pieces.len())]);
        }
        if let Ok(parts) = read(&body) {
            assert!(parts.iter().map(|part| part.body.len()).sum::<usize>() <= body.len());
        }
    }
}
