//! The order in which components start: dependencies first, those of a cycle together.

use std::collections::{BTreeMap, BTreeSet};

use super::ComponentSpec;

/// Groups the positions of `specs` into waves; each wave needs only what earlier waves hold.
///
/// Where a cycle stops progress, its members (those that can reach themselves) start as one wave, by position.
pub(super) fn waves(specs: &[ComponentSpec]) -> Vec<Vec<usize>> {
    let position: BTreeMap<&str, usize> =
        specs.iter().enumerate().map(|(i, s)| (s.name.as_str(), i)).collect();
    let needs: Vec<BTreeSet<usize>> = specs
        .iter()
        .map(|spec| spec.uses.iter().filter_map(|name| position.get(name.as_str()).copied()).collect())
        .collect();
    let reaches: Vec<BTreeSet<usize>> = (0..specs.len()).map(|from| reach(&needs, from)).collect();
    let mut left: BTreeSet<usize> = (0..specs.len()).collect();
    let mut waves = Vec::new();
    while !left.is_empty() {
        // What it still waits for must be of its own cycle.
        let wave: Vec<usize> = left
            .iter()
            .copied()
            .filter(|index| {
                reaches[*index].iter().all(|other| !left.contains(other) || reaches[*other].contains(index))
            })
            .collect();
        left.retain(|index| !wave.contains(index));
        waves.push(wave);
    }
    waves
}

fn reach(needs: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open: Vec<usize> = needs[from].iter().copied().collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(&needs[next]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uses: &[(&str, &[&str])], expected: &[&[&str]]) {
        let specs: Vec<ComponentSpec> = uses
            .iter()
            .map(|(name, uses)| ComponentSpec {
                uses: uses.iter().map(|u| u.to_string()).collect(),
                ..ComponentSpec::new(name, "/", &["true"])
            })
            .collect();
        let names: Vec<Vec<&str>> =
            waves(&specs).iter().map(|wave| wave.iter().map(|i| specs[*i].name.as_str()).collect()).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn dependencies_come_first() {
        check(&[("a", &["c"]), ("b", &[]), ("c", &["d"]), ("d", &[])], &[&["b", "d"], &["c"], &["a"]]);
    }

    #[test]
    fn a_cycle_starts_together_after_what_it_needs() {
        check(
            &[("a", &["b", "z"]), ("b", &["a"]), ("top", &["a"]), ("z", &[])],
            &[&["z"], &["a", "b"], &["top"]],
        );
        check(&[("self", &["self"])], &[&["self"]]);
    }
}
