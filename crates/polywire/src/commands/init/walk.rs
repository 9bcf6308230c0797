//! One walk over the folder: what git does not ignore, each file that says something read once.

use std::io::Read;
use std::path::{Path, PathBuf};

use ignore::DirEntry;
use polywire_read::READERS;
use polywire_workspace::survey::{self, Findings, escaped};

use crate::exit::{Context, Failure};
use crate::project::may_be_contract;

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// How many files are looked at, and how deep.
const FILES_MAX: usize = 200_000;
const DEPTH_MAX: usize = 40;
/// How many findings of a kind are kept.
pub(super) const FINDINGS_MAX: usize = 10_000;
/// How many left out names are remembered.
const NAMES_MAX: usize = 5;
/// How many threads read files.
const THREADS_MAX: usize = 4;

/// What is somebody else's, or made by tools, even where git does not ignore it.
const FOREIGN: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".terraform",
    "vendor",
    "third_party",
    "bower_components",
    ".polywire",
    ".idea",
    ".gradle",
    "site-packages",
    ".next",
];

/// Files that were not read, and why.
#[derive(Default)]
pub(super) struct Skipped {
    pub(super) large: usize,
    pub(super) unreadable: usize,
    /// Folders below which nothing was looked at.
    pub(super) deep: usize,
    /// Names that are no UTF-8, escaped; the first few.
    pub(super) names: Vec<String>,
    pub(super) names_count: usize,
    /// There are more files than are looked at.
    pub(super) rest: bool,
}

/// A file that a reader of contracts recognises.
pub(super) struct Candidate {
    /// From the repository's root.
    pub(super) path: String,
    pub(super) reader: &'static str,
    pub(super) bytes: usize,
    pub(super) line: u32,
}

pub(super) struct Walked {
    pub(super) files: usize,
    pub(super) skipped: Skipped,
    pub(super) findings: Findings,
    pub(super) contracts: Vec<Candidate>,
}

/// What one thread made of its share.
#[derive(Default)]
struct Share {
    findings: Findings,
    contracts: Vec<Candidate>,
    large: usize,
    unreadable: usize,
}

pub(super) fn walk(dir: &Path) -> Result<Walked, Failure> {
    std::fs::read_dir(dir).context(format!("cannot read {}", super::shown(dir)))?;
    let mut skipped = Skipped::default();
    let mut paths: Vec<(PathBuf, String)> = Vec::new();
    let mut files = 0;
    let walk = ignore::WalkBuilder::new(dir)
        .hidden(false)
        .require_git(false)
        .follow_links(false)
        .max_depth(Some(DEPTH_MAX))
        .filter_entry(is_own)
        .sort_by_file_path(Path::cmp)
        .build();
    for entry in walk {
        let Ok(entry) = entry else {
            skipped.unreadable += 1;
            continue;
        };
        if entry.depth() == DEPTH_MAX && entry.file_type().is_some_and(|kind| kind.is_dir()) {
            skipped.deep += 1;
        }
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        if files == FILES_MAX {
            skipped.rest = true;
            break;
        }
        let relative = entry.path().strip_prefix(dir).unwrap_or(entry.path());
        let Some(name) = relative.to_str() else {
            skipped.names_count += 1;
            if skipped.names.len() < NAMES_MAX {
                skipped.names.push(escaped(&relative.to_string_lossy()));
            }
            continue;
        };
        files += 1;
        let name = name.to_string();
        if survey::wants(&name) || may_be_contract(relative) {
            paths.push((entry.into_path(), name));
        }
    }
    let shares = read_all(&paths);
    let mut walked = Walked { files, skipped, findings: Findings::default(), contracts: Vec::new() };
    for mut share in shares {
        walked.findings.append(share.findings);
        walked.contracts.append(&mut share.contracts);
        walked.skipped.large += share.large;
        walked.skipped.unreadable += share.unreadable;
    }
    Ok(walked)
}

fn is_own(entry: &DirEntry) -> bool {
    let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
    !(is_dir && entry.depth() > 0 && entry.file_name().to_str().is_some_and(|name| FOREIGN.contains(&name)))
}

/// Reads the files on a few threads; the shares come in the order of the paths.
fn read_all(paths: &[(PathBuf, String)]) -> Vec<Share> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, THREADS_MAX);
    let size = paths.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = paths
            .chunks(size)
            .map(|chunk| {
                scope.spawn(move || {
                    let mut share = Share::default();
                    chunk.iter().for_each(|(path, name)| read(path, name, &mut share));
                    share
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn read(path: &Path, name: &str, share: &mut Share) {
    let mut bytes = Vec::new();
    let opened =
        std::fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes));
    if opened.is_err() {
        share.unreadable += 1;
        return;
    }
    if bytes.len() as u64 > FILE_BYTES_MAX {
        share.large += 1;
        return;
    }
    let size = bytes.len();
    let binary = may_be_contract(path) && polywire_read::text_of_bytes(&bytes).is_some();
    if binary && !is_foreign_contract(name) {
        share.contracts.push(Candidate { path: name.into(), reader: "protobuf", bytes: size, line: 1 });
        return;
    }
    let Ok(text) = String::from_utf8(bytes) else { return };
    if may_be_contract(path)
        && !is_foreign_contract(name)
        && let Some(reader) = READERS.iter().find(|reader| reader.recognises(name, &text))
    {
        let line = text.lines().position(|line| says_kind(line, reader.name())).map_or(1, |at| at as u32 + 1);
        share.contracts.push(Candidate { path: name.into(), reader: reader.name(), bytes: size, line });
    }
    if survey::wants(name) {
        survey::find(name, &text, &mut share.findings);
    }
}

/// The line that shows what a contract is.
fn says_kind(line: &str, reader: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['"', '{', ' ']);
    match reader {
        "openapi" => line.starts_with("openapi") || line.starts_with("swagger"),
        "json_schema" => line.starts_with("$schema"),
        "protobuf" => {
            ["syntax", "edition", "package", "message", "service"].iter().any(|word| line.starts_with(word))
        }
        "sql" => line.to_ascii_uppercase().starts_with("CREATE T"),
        _ => true,
    }
}

/// Contracts that others wrote or that tests are made of.
fn is_foreign_contract(path: &str) -> bool {
    const COPIED: &[&str] = &[
        "google/api/",
        "google/rpc/",
        "google/protobuf/",
        "google/type/",
        "buf/validate/",
        "validate/validate.proto",
    ];
    survey::is_test(path) || COPIED.iter().any(|part| path.contains(part))
}
