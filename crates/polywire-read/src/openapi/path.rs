//! Path templates: `/users/{id}` in pieces. Must not know what the variables hold.

use std::collections::HashSet;

use polywire_syntax::percent_decoded;

/// A path in pieces between slashes.
pub(super) struct Template<'p> {
    pub(super) segments: Vec<Piece<'p>>,
}

/// What stands between two slashes.
pub(super) enum Piece<'p> {
    /// Exactly this, percent-decoded.
    Literal(String),
    /// A variable, with literal text around it.
    Variable { prefix: String, name: &'p str, suffix: String },
    /// Several variables with literal texts between them.
    Variables(Vec<Part<'p>>),
}

/// A piece of a segment with several variables.
pub(super) enum Part<'p> {
    /// Exactly this, percent-decoded.
    Text(String),
    /// A variable.
    Variable(&'p str),
}

/// Takes a path apart, or says in words for people why that is not possible.
pub(super) fn parse(path: &str) -> Result<Template<'_>, String> {
    if path.contains(['?', '#']) {
        return Err("a path has no `?` or `#`: describe the query by parameters".to_string());
    }
    let mut segments = Vec::new();
    let mut seen = HashSet::new();
    let inner = path.strip_prefix('/').unwrap_or(path);
    for text in inner.split('/').filter(|_| !inner.is_empty()) {
        let piece = piece(text)?;
        if let Some(name) = piece.names().into_iter().find(|name| !seen.insert(*name)) {
            return Err(format!("`{{{name}}}` stands in it twice"));
        }
        segments.push(piece);
    }
    Ok(Template { segments })
}

fn piece(text: &str) -> Result<Piece<'_>, String> {
    let Some((prefix, rest)) = text.split_once('{') else {
        if text.contains('}') {
            return Err("a `}` without `{`".to_string());
        }
        return Ok(Piece::Literal(percent_decoded(text)));
    };
    let Some((name, suffix)) = rest.split_once('}') else {
        return Err("a `{` that is not closed".to_string());
    };
    if name.is_empty() || name.contains('{') || prefix.contains('}') {
        return Err("a variable is a name in braces".to_string());
    }
    if suffix.contains('{') {
        return several(text);
    }
    if suffix.contains('}') {
        return Err("a `}` without `{`".to_string());
    }
    Ok(Piece::Variable { prefix: percent_decoded(prefix), name, suffix: percent_decoded(suffix) })
}

/// A segment with several variables.
fn several(text: &str) -> Result<Piece<'_>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if before.contains('}') {
            return Err("a `}` without `{`".to_string());
        }
        let Some((name, behind)) = after.split_once('}') else {
            return Err("a `{` that is not closed".to_string());
        };
        if name.is_empty() || name.contains('{') {
            return Err("a variable is a name in braces".to_string());
        }
        if before.is_empty() && parts.last().is_some_and(|part| matches!(part, Part::Variable(_))) {
            let reason = "nothing tells where one of two adjacent variables ends";
            return Err(format!("{reason}: put a text before `{{{name}}}`"));
        }
        if !before.is_empty() {
            parts.push(Part::Text(percent_decoded(before)));
        }
        parts.push(Part::Variable(name));
        rest = behind;
    }
    if rest.contains('}') {
        return Err("a `}` without `{`".to_string());
    }
    if !rest.is_empty() {
        parts.push(Part::Text(percent_decoded(rest)));
    }
    Ok(Piece::Variables(parts))
}

impl<'p> Piece<'p> {
    /// The names of its variables, in order.
    fn names(&self) -> Vec<&'p str> {
        match self {
            Piece::Literal(_) => Vec::new(),
            Piece::Variable { name, .. } => vec![name],
            Piece::Variables(parts) => {
                let name = |part: &Part<'p>| if let Part::Variable(name) = part { Some(*name) } else { None };
                parts.iter().filter_map(name).collect()
            }
        }
    }
}

impl<'p> Template<'p> {
    /// The path without the names of its variables: equal for two paths that match the same requests.
    pub(super) fn shape(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => format!("/{text}"),
            Piece::Variable { prefix, suffix, .. } => format!("/{prefix}{{}}{suffix}"),
            Piece::Variables(parts) => {
                let part = |part: &Part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Variable(_) => "{}".to_string(),
                };
                format!("/{}", parts.iter().map(part).collect::<String>())
            }
        };
        self.segments.iter().map(piece).collect()
    }

    /// The path as words: `api users by id`.
    pub(super) fn spoken(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Variable { prefix, name, suffix } => format!("{prefix} by {name} {suffix}"),
            Piece::Variables(parts) => {
                let part = |part: &Part| match part {
                    Part::Text(text) => format!(" {text} "),
                    Part::Variable(name) => format!("by {name}"),
                };
                parts.iter().map(part).collect()
            }
        };
        self.segments.iter().map(piece).collect::<Vec<_>>().join(" ")
    }

    /// The names of the variables, in order.
    pub(super) fn variables(&self) -> Vec<&'p str> {
        self.segments.iter().flat_map(Piece::names).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Result<&str, &str>) {
        let found = parse(path).map(|template| template.shape());
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{path}");
    }

    #[test]
    fn templates_are_taken_apart() {
        check("/", Ok(""));
        check("/a/{b}", Ok("/a/{}"));
        check("/a/{b}/", Ok("/a/{}/"));
        check("/reports/report-{id}.csv", Ok("/reports/report-{}.csv"));
        check("/a%20b", Ok("/a b"));
        check("/{a", Err("a `{` that is not closed"));
        check("/a}", Err("a `}` without `{`"));
        check("/{}", Err("a variable is a name in braces"));
        check("/{a}/{a}", Err("`{a}` stands in it twice"));
        check("/{a}..{b}.gz/c", Ok("/{}..{}.gz/c"));
        check("/x{a}-{b}", Ok("/x{}-{}"));
        let adjacent = "nothing tells where one of two adjacent variables ends: put a text before `{b}`";
        check("/{a}{b}", Err(adjacent));
        check("/{a}-{a}", Err("`{a}` stands in it twice"));
        check("/{a}-{b", Err("a `{` that is not closed"));
        check("/a?b={c}", Err("a path has no `?` or `#`: describe the query by parameters"));
    }
}
