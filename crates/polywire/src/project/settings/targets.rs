//! From an entry of `config.emit` to its files. Must not write them.

use std::collections::BTreeMap;

use polywire_contract::Settings;
use polywire_diag::{Diagnostic, Span, nearest};
use polywire_emit::{Emitter, Files, Options, settings::SETTINGS};
use polywire_workspace::UNKNOWN_TARGET;
use polywire_workspace::config::Emission;
use polywire_workspace::settings::Resolved;

type Target = &'static dyn Emitter<Settings>;

/// The target's name and its files; `None` where the entry is wrong, which is among the diagnostics.
pub(crate) fn emitted(
    emission: &Emission,
    settings: &Settings,
    diags: &mut Vec<Diagnostic>,
) -> Option<(&'static str, Files)> {
    let (target, options) = chosen(emission, diags)?;
    let only: Vec<&str> = emission.only.iter().map(|key| key.value.as_str()).collect();
    let part = match settings.only(&only) {
        _ if only.is_empty() => None,
        Ok(part) => Some(part),
        Err(key) => {
            let written = emission.only.iter().find(|only| only.value == key).expect("it is one of these");
            let known: Vec<String> = settings.values().iter().map(|at| at.dotted()).collect();
            let near = nearest(key, known.iter().map(String::as_str));
            diags.push(unknown(format!("there is no setting `{key}`"), near, &[], written.span));
            return None;
        }
    };
    Some((target.name(), target.emit(part.as_ref().unwrap_or(settings), &options, diags)))
}

/// Finds what is wrong with any entry, in the base and in the environments that entries name.
pub(super) fn check(emissions: &[Emission], resolved: &[Resolved], diags: &mut Vec<Diagnostic>) {
    let mut written: BTreeMap<String, Span> = BTreeMap::new();
    for emission in emissions {
        let wanted = emission.environment_or(None);
        let Some(one) = resolved.iter().find(|one| one.settings.environment.as_deref() == wanted) else {
            let span =
                emission.environment.as_ref().map_or(emission.file.span, |environment| environment.span);
            let known: Vec<&str> =
                resolved.iter().filter_map(|one| one.settings.environment.as_deref()).collect();
            let name = wanted.unwrap_or_default();
            let near = nearest(name, known.iter().copied());
            diags.push(unknown(format!("there is no environment `{name}`"), near, &known, span));
            continue;
        };
        for (path, _) in emitted(emission, &one.settings, diags).iter().flat_map(|(_, files)| files.iter()) {
            if let Some(first) = written.insert(path.to_owned(), emission.file.span) {
                diags.push(
                    Diagnostic::error(&UNKNOWN_TARGET, format!("two targets write `{path}`"))
                        .at(emission.file.span, "written here, too")
                        .at(first, "written here"),
                );
            }
        }
    }
}

/// The target and its options, held to what it knows.
fn chosen(emission: &Emission, diags: &mut Vec<Diagnostic>) -> Option<(Target, Options)> {
    let name = &emission.target;
    let Some(target) = SETTINGS.iter().copied().find(|target| target.name() == name.value) else {
        let known: Vec<&str> = SETTINGS.iter().map(|target| target.name()).collect();
        let near = nearest(&name.value, known.iter().copied());
        diags.push(unknown(format!("there is no target `{}`", name.value), near, &known, name.span));
        return None;
    };
    let mut options = Options::new(&emission.file.value);
    let before = diags.len();
    for (name, value) in &emission.options {
        let rows = target.options();
        let Some(row) = rows.iter().find(|row| row.name == name.value) else {
            let known: Vec<&str> = rows.iter().map(|row| row.name).collect();
            let near = nearest(&name.value, known.iter().copied());
            let what = format!("`{}` has no option `{}`", target.name(), name.value);
            diags.push(unknown(what, near, &known, name.span));
            continue;
        };
        if !row.values.is_empty() && !row.values.contains(&value.value.as_str()) {
            let near = nearest(&value.value, row.values.iter().copied());
            let what = format!("`{}` cannot be `{}`", name.value, value.value);
            diags.push(unknown(what, near, row.values, value.span));
            continue;
        }
        options.choose(&name.value, &value.value);
    }
    (diags.len() == before).then_some((target, options))
}

fn unknown(what: String, near: Option<&str>, known: &[&str], span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(&UNKNOWN_TARGET, what).at(span, "");
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("there are {}", known.join(", "))),
    }
}
