//! The generated pages of the manual are what the program says of itself.

use std::fmt::Write;
use std::fs;

use polywire_testkit::Golden;

use crate::harness::{polywire, root};

#[test]
fn every_command_has_its_page() {
    let folder = root().join("docs/manual/commands");
    let mut golden = Golden::default();
    let help = polywire(&["--help"], &root()).stdout;
    let mut names = Vec::new();
    for line in
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "))
    {
        let name = line.split_whitespace().next().expect("a command");
        let text = polywire(&[name, "--help"], &root()).stdout;
        let (about, usage) = text.split_once("\nUsage: ").unwrap_or_else(|| panic!("{name} has no usage"));
        let page = format!("# polywire {name}\n\n{}\n\n```\n{}\n```\n", about.trim_end(), usage.trim_end());
        golden.check(&folder.join(format!("{name}.md")), &page);
        names.push(format!("{name}.md"));
    }
    golden.finish();
    let pages = fs::read_dir(&folder).unwrap().flatten().map(|e| e.file_name().into_string().unwrap());
    let strangers: Vec<String> = pages.filter(|page| !names.contains(page)).collect();
    assert!(strangers.is_empty(), "pages without a command: {strangers:?}");
}

#[test]
fn the_reference_of_polywire_yaml_is_fresh() {
    let folder = root().join("docs/manual");
    let mut golden = Golden::default();
    golden.check(&folder.join("polywire.schema.json"), &polywire(&["schema"], &root()).stdout);
    golden.check(&folder.join("polywire.yaml.md"), &polywire_workspace::reference());
    golden.finish();
}

#[test]
fn every_code_is_in_the_index_and_can_be_explained() {
    let mut index = String::from(
        "# Codes\n\n`polywire explain CODE` shows the page of a code.\n\n| code | what |\n| --- | --- |\n",
    );
    let said = polywire(&["explain", "--list"], &root());
    assert_eq!(said.exit, 0, "{}", said.stderr);
    for line in said.stdout.lines() {
        let (code, title) = line.split_once("  ").unwrap_or_else(|| panic!("no title: {line}"));
        let page = polywire(&["explain", code], &root());
        assert!(page.exit == 0 && page.stdout.starts_with(&format!("# {code}: ")), "{code}");
        let _ = writeln!(index, "| {code} | {} |", title.trim());
    }
    let mut golden = Golden::default();
    golden.check(&root().join("docs/manual/codes.md"), &index);
    golden.finish();
}
