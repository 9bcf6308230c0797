//! Settings that stand in several files.

use std::collections::{BTreeMap, BTreeSet};

use polywire_contract::words;

use crate::survey::finding::{Place, Setting};
use crate::survey::secret;

/// A key that more than one file sets.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// As the first file writes it.
    pub key: String,
    /// Each value as it may be shown, and where it stands; values that are hidden may look the same and differ.
    pub values: Vec<(String, Vec<Place>)>,
}

impl Duplicate {
    /// Whether the files do not agree.
    pub fn differs(&self) -> bool {
        self.values.len() > 1
    }

    /// How many places there are.
    pub fn places(&self) -> usize {
        self.values.iter().map(|(_, places)| places.len()).sum()
    }
}

/// What each program has for itself.
const OWN: &[&str] = &[
    "PORT",
    "HOST",
    "NAME",
    "TZ",
    "LANG",
    "PATH",
    "NODE_ENV",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "JAVA_OPTS",
    "JAVA_HOME",
    "SERVICE_NAME",
    "APP_NAME",
    "HOSTNAME",
    "DEBIAN_FRONTEND",
    "GOPATH",
    "DISABLE_PROFILER",
    "VERSION",
    "TAGS",
    "NEXT_TELEMETRY_DISABLED",
];

pub(super) fn gather(settings: &[Setting]) -> Vec<Duplicate> {
    let mut by_key: BTreeMap<String, Vec<&Setting>> = BTreeMap::new();
    for setting in settings {
        let key = words(&setting.key).upper();
        if !key.is_empty() && !OWN.contains(&key.as_str()) && !setting.value.is_empty() {
            by_key.entry(key).or_default().push(setting);
        }
    }
    let mut found: Vec<Duplicate> = by_key.into_values().filter_map(duplicate).collect();
    found.sort_by_key(|duplicate| (!duplicate.differs(), std::cmp::Reverse(duplicate.places())));
    found
}

fn duplicate(settings: Vec<&Setting>) -> Option<Duplicate> {
    let files: BTreeSet<&str> = settings.iter().map(|setting| setting.at.file.as_str()).collect();
    if files.len() < 2 {
        return None;
    }
    let mut values: Vec<(&str, Vec<Place>)> = Vec::new();
    for setting in &settings {
        match values.iter_mut().find(|(value, _)| *value == setting.value) {
            Some((_, places)) => places.push(setting.at.clone()),
            None => values.push((&setting.value, vec![setting.at.clone()])),
        }
    }
    let key = settings[0].key.clone();
    let shown = values.into_iter().map(|(value, places)| (secret::shown(&key, value), places)).collect();
    Some(Duplicate { key, values: shown })
}
