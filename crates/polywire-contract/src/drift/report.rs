//! Differences as diagnostics, for programs that show those.

use polywire_diag::{Code, Diagnostic};

use super::{Aspect, Difference, Drift, Drifts, Fate};
use crate::codes;

impl Drifts {
    /// A warning for each difference, with the place on both sides.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.pairs.iter().flat_map(|pair| pair.differences.iter().map(|one| diagnostic(pair, one))).collect()
    }
}

fn diagnostic(pair: &Drift, one: &Difference) -> Diagnostic {
    let dot = if one.path.is_empty() || one.path.starts_with(['[', '{']) { "" } else { "." };
    let message =
        format!("`{}{dot}{}`: {} differs: {}", pair.left.name, one.path, one.aspect.name(), one.fates());
    Diagnostic::warning(code(one.aspect), message)
        .at(one.left_span, format!("{} here", one.left))
        .at(one.right_span, format!("{} here", one.right))
}

fn code(aspect: Aspect) -> &'static Code {
    match aspect {
        Aspect::Kind | Aspect::Precision => &codes::DRIFT_KIND,
        Aspect::Field => &codes::DRIFT_FIELD,
        Aspect::Presence | Aspect::Null => &codes::DRIFT_PRESENCE,
        Aspect::Default => &codes::DRIFT_DEFAULT,
        Aspect::Values
        | Aspect::Width
        | Aspect::Range
        | Aspect::Length
        | Aspect::Pattern
        | Aspect::Format => &codes::DRIFT_VALUES,
    }
}

impl Difference {
    /// What may become of values, in a few words: `→ refused`, `← lost`.
    pub fn fates(&self) -> String {
        match (self.left_to_right, self.right_to_left) {
            (Fate::Fits, Fate::Fits) => "fits".into(),
            (there, Fate::Fits) => format!("→ {}", there.name()),
            (Fate::Fits, back) => format!("← {}", back.name()),
            (there, back) if there == back => format!("⇄ {}", there.name()),
            (there, back) => format!("→ {}, ← {}", there.name(), back.name()),
        }
    }
}
