//! What a C compiler says of the same types: sizes, offsets, and the values that it finds and leaves.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use polywire_contract::Layout;

use super::build::Build;
use super::pair::Pair;
use super::{JSON, image, random, sample};
use crate::random::Random;

const HEAD: &str = "#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <string.h>\n";

/// Compiles a program; none where there is no compiler.
#[expect(clippy::print_stderr, reason = "a skip must be seen in the test's output")]
fn compiled(name: &str, text: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout");
    std::fs::create_dir_all(&folder).unwrap();
    let (source, program) = (folder.join(format!("{name}.c")), folder.join(name));
    std::fs::write(&source, text).unwrap();
    let made = Command::new("gcc").args(["-std=gnu11", "-w", "-o"]).arg(&program).arg(&source).status();
    match made {
        Ok(status) => assert!(status.success(), "{}", source.display()),
        Err(_) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("gcc not found"),
        Err(_) => {
            eprintln!("skipped: gcc not found");
            return None;
        }
    }
    Some(program)
}

fn run(program: &Path, input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", program.display());
    done.stdout
}

/// Size, alignment and offsets of every struct, as a C program prints them and as they were computed.
#[test]
fn offsets_are_those_of_gcc() {
    let mut build = Build::default();
    sample(&mut build);
    let mut random = Random(7);
    for _ in 0..24 {
        random::record(&mut build, &mut random, 3);
    }
    let mut text = format!("{HEAD}{}int main(void) {{\n", build.text);
    let mut expected = String::new();
    let layouts = &build.hand.contract.layouts;
    for (name, id, members) in &build.structs {
        let place = layouts.get(*id);
        let Layout::Struct { members: laid, .. } = &place.layout else { unreachable!("a struct") };
        writeln!(text, "printf(\"{name} %zu %zu\\n\", sizeof(struct {name}), _Alignof(struct {name}));")
            .unwrap();
        writeln!(expected, "{name} {} {}", place.size, place.align).unwrap();
        for (member, laid) in members.iter().zip(laid) {
            writeln!(text, "printf(\"  {member} %zu\\n\", offsetof(struct {name}, {member}));").unwrap();
            writeln!(expected, "  {member} {}", layouts.get(laid.layout).offset.unwrap()).unwrap();
        }
    }
    text.push_str("return 0;\n}\n");
    assert!(build.structs.len() > 50);
    let Some(program) = compiled("offsets", &text) else { return };
    assert_eq!(String::from_utf8(run(&program, &[])).unwrap(), expected);
}

/// Fills the struct as C programs do, over memory that held something else.
const FILL: &str = r#"
int main(void) {
  struct S3 s;
  memset(&s, 0xaa, sizeof s);
  s.id = 7;
  s.at.x = -2;
  s.at.y = 1.5;
  s.marks[0] = 1; s.marks[1] = -1; s.marks[2] = 300;
  strcpy(s.name, "Zo\xc3\xab");
  s.on = 1;
  s.kind = KIND_fast;
  s.ratio = 0.25f;
  s.big = -9000000000;
  s.count = 1;
  s.points[0].x = 1;
  s.points[0].y = 2;
  s.which = 2;
  s.shape.circle.radius = 9;
  s.raw[0] = 1; s.raw[1] = 2; s.raw[2] = 3;
  memcpy(s.code, "ABCD", 4);
  return fwrite(&s, sizeof s, 1, stdout) != 1;
}
"#;

/// Reads the struct, and says what it sees.
const SHOW: &str = r#"
int main(void) {
  struct S3 s;
  if (fread(&s, sizeof s, 1, stdin) != 1) return 1;
  printf("%d %d %g %d %d %d %s %d %d %g %lld %d %d %g %d %u %d %d %d %.4s\n", s.id, s.at.x, s.at.y, s.marks[0], s.marks[1],
    s.marks[2], s.name, s.on, s.kind == KIND_fast, s.ratio, (long long)s.big, s.count, s.points[0].x, s.points[0].y, s.which,
    s.shape.circle.radius, s.raw[0], s.raw[1], s.raw[2], s.code);
  for (size_t at = s.count; at < 2; at++)
    for (size_t byte = 0; byte < sizeof s.points[at]; byte++)
      if (((unsigned char *)&s.points[at])[byte]) return 2;
  return s.reserved != 0;
}
"#;

#[test]
fn programs_read_and_write_the_same() {
    let mut build = Build::default();
    let ty = sample(&mut build).ty;
    let mut pair = Pair::new(&build.hand.contract, ty);
    let kind = build.text.split(' ').nth(1).unwrap();
    let declarations = format!("{HEAD}{}#define KIND_fast {kind}_fast\n", build.text);
    let Some(fill) = compiled("fill", &format!("{declarations}{FILL}")) else { return };
    let written = run(&fill, &[]);
    assert_eq!(written.len(), image().len());
    assert_eq!(pair.json(&written).unwrap(), JSON);
    let Some(show) = compiled("show", &format!("{declarations}{SHOW}")) else { return };
    let seen = run(&show, &pair.image(JSON).unwrap());
    let expected = "7 -2 1.5 1 -1 300 Zoë 1 1 0.25 -9000000000 1 1 2 2 9 1 2 3 ABCD\n";
    assert_eq!(String::from_utf8(seen).unwrap(), expected);
}
