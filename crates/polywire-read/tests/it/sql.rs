//! SQL: fixtures, scripts that are broken on purpose, and large ones.

use polywire_contract::Contract;
use polywire_diag::Diagnostic;
use polywire_read::READERS;
use polywire_testkit::fixtures;

use crate::cases::{Texts, mistakes_are_expected, models_are_expected, named};

#[test]
fn scripts_become_the_model_that_is_expected() {
    models_are_expected(named("schema.sql"));
}

#[test]
fn mistakes_are_said_as_expected() {
    mistakes_are_expected(named("schema.sql"));
}

fn read_text(text: &str) -> (Contract, Vec<Diagnostic>) {
    let mut sources = Texts::default();
    let file = sources.add("schema.sql", text.to_string());
    let (mut contract, mut diags) = (Contract::default(), Vec::new());
    let reader = READERS.iter().find(|reader| reader.name() == "sql").expect("registered");
    reader.recognises("schema.sql", text);
    reader.read(file, &mut sources, &mut contract, &mut diags);
    for label in diags.iter().flat_map(|diag| &diag.labels) {
        let (start, end) = (label.span.start as usize, label.span.end as usize);
        assert!(text.get(start..end).is_some(), "a place that is none: {start}..{end}");
    }
    (contract, diags)
}

#[test]
fn scripts_are_recognised_by_their_content() {
    let cases = [
        ("-- x\nCREATE TABLE a (b int);", Some("sql")),
        ("\u{feff}/* x */ create type a as enum ('b');", Some("sql")),
        ("SET x = 1;\nSELECT 1;\nCREATE UNLOGGED TABLE a (b int);", Some("sql")),
        ("\\restrict abc\n\nSET x = 1;\nCREATE DOMAIN a AS text;", Some("sql")),
        ("INSERT INTO a VALUES ('CREATE TABLE a (b int)');", None),
        ("-- CREATE TABLE a (b int);", None),
        ("name: x\nrun: |\n  a;\n  CREATE TABLE a (b int);\n", None),
        ("{\"a\": \"; CREATE TABLE a (b int)\"}", None),
        ("syntax = \"proto3\";\nmessage A {}", Some("protobuf")),
        ("", None),
    ];
    for (text, expected) in cases {
        let found = READERS.iter().find(|reader| reader.recognises("file", text)).map(|reader| reader.name());
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn hostile_scripts_end_in_a_model_or_a_diagnostic() {
    // Below the limits of brackets and of chains, and far beyond.
    for count in [36, 95, 190, 290, 580, 3_000] {
        for text in hostile(count) {
            let (contract, diags) = read_text(&text);
            assert!(diags.len() <= 300 && contract.types.len() < 100_000);
        }
    }
}

fn hostile(count: usize) -> Vec<String> {
    let open = "(".repeat(count);
    let chain = |part: &str| part.repeat(count);
    vec![
        format!("CREATE TABLE a (b int CHECK ({open}"),
        format!("CREATE TABLE a (b int CHECK ({open}b > 1{}))", ")".repeat(count)),
        format!("CREATE TABLE a (b int CHECK (b > 1{}))", chain(" AND b > 1")),
        format!("CREATE TABLE a (b int CHECK (b > 1{}))", chain(" OR b IS NULL")),
        format!("CREATE TABLE a (b int CHECK (b{} > 1))", chain("::int")),
        format!("CREATE TABLE a (b int CHECK (b{}))", chain(" IS NULL")),
        format!("CREATE TABLE a (b int CHECK ({} b))", chain("NOT ")),
        format!("CREATE TABLE a (b int CHECK (b > {}1))", chain("- ")),
        format!("CREATE TABLE a (b int CHECK (b{}))", chain("[1]")),
        format!("CREATE TABLE a (b int CHECK (b{}))", chain("!")),
        format!("CREATE TABLE a (b int{})", chain("[]")),
        format!("CREATE TABLE a (b {}int{})", chain("ARRAY<"), chain(">")),
        format!("CREATE TABLE a (b int CHECK (CASE {} END))", chain("WHEN b THEN CASE ")),
        format!("CREATE TABLE a{} (b int)", chain(".a")),
        format!("CREATE TABLE a (b int DEFAULT {}1{})", chain("f("), chain(")")),
        format!("CREATE TABLE a AS {}", chain("SELECT * FROM (")),
        format!("CREATE TABLE a AS SELECT 1{}", chain(" UNION SELECT 1")),
        chain("CREATE TABLE a (;"),
        format!(
            "{}CREATE TABLE z (d d0)",
            (0..count).map(|n| format!("CREATE DOMAIN d{n} AS d{};", n + 1)).collect::<String>()
        ),
        "CREATE DOMAIN a AS b; CREATE DOMAIN b AS a; CREATE TABLE t (x a, y b)".to_string(),
        "CREATE TYPE a AS (x a); CREATE TABLE t (x a, y t)".to_string(),
        format!("/*{}", chain("/*")),
        format!("{};CREATE TABLE a(b int)", chain("$a$ $b$ ")),
        "CREATE TABLE a (b int CHECK (b > 1e999999999999), c numeric(99999999999999999999,1))".to_string(),
        "CREATE TABLE a (b char(18446744073709551615) CHECK (length(b) > 18446744073709551615))".to_string(),
        "CREATE TABLE a (b int\0, c text DEFAULT '\0');\0".to_string(),
        "CREATE TABLE é (ü int, ß text CHECK (ß ~ '[[:ü:]]'), PRIMARY KEY (ö));".to_string(),
        format!(
            "CREATE TABLE a ({})",
            (0..10_000).map(|n| format!("c{n} int")).collect::<Vec<_>>().join(", ")
        ),
        format!(
            "CREATE TYPE e AS ENUM ({})",
            (0..10_000).map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", ")
        ),
        format!(
            "CREATE TABLE p (a int, b int); {}",
            (0..count).map(|n| format!("CREATE TABLE p{n} () INHERITS (p);")).collect::<String>()
        ),
    ]
}

/// Numbers that look random and are the same every time.
fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state as usize
}

#[test]
fn broken_scripts_never_panic() {
    let words = [
        "(",
        ")",
        ",",
        ";",
        "'",
        "\"",
        "$$",
        "\\",
        "--",
        "/*",
        "*/",
        "[",
        "]",
        "::",
        "NOT NULL",
        "DEFAULT",
        "CHECK (",
        "int",
        "text[]",
        "1",
        "-",
        "AND",
        "OR",
        "IN (",
        "BETWEEN",
        "é",
        "\u{0}",
        "CREATE TABLE",
        "PRIMARY KEY",
        "REFERENCES",
        "~",
        "'a",
        "AS ENUM",
        "numeric(",
        "GENERATED ALWAYS AS IDENTITY (",
        "E'\\",
        "\n",
        "COPY t FROM stdin;",
    ];
    let mut state = 0x5eed_1234_u64;
    for folder in ["sql-shop", "sql-sqlite", "sql-migrations", "sql-dump"] {
        let path = fixtures("contracts").join(folder).join("schema.sql");
        let whole = std::fs::read_to_string(path).expect("the fixture is there");
        for _ in 0..250 {
            let mut text = whole.clone();
            for _ in 0..=random(&mut state) % 4 {
                let mut at = random(&mut state) % (text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                match random(&mut state) % 3 {
                    0 => text.truncate(at),
                    1 => text.insert_str(at, words[random(&mut state) % words.len()]),
                    _ => {
                        let mut end = (at + random(&mut state) % 12).min(text.len());
                        while !text.is_char_boundary(end) {
                            end -= 1;
                        }
                        text.replace_range(at..end.max(at), words[random(&mut state) % words.len()]);
                    }
                }
            }
            read_text(&text);
        }
    }
}

#[test]
fn a_large_dump_is_read_whole() {
    let mut text = String::new();
    for n in 0..2_000 {
        text.push_str(&format!(
            "CREATE TABLE public.t{n} (\n    id bigint NOT NULL,\n    name character varying(40) DEFAULT 'x'::character varying,\n    \
             price numeric(10,2),\n    CONSTRAINT c CHECK ((price > (0)::numeric))\n);\n\
             COPY public.t{n} (id, name) FROM stdin;\n{}\\.\n\nALTER TABLE ONLY public.t{n} ADD CONSTRAINT p{n} PRIMARY KEY (id);\n",
            "1\tit's; \"so\"\n".repeat(20)
        ));
    }
    assert!(text.len() > 1_000_000);
    let (contract, diags) = read_text(&text);
    assert!(diags.is_empty(), "{diags:?}");
    assert_eq!(contract.sql.tables.len(), 2_000);
    assert!(contract.sql.tables.values().all(|table| table.primary_key.is_some()));
}
