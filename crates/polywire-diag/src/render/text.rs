//! Diagnostics for people: message, excerpts with labels, help.
//!
//! Must never: hand a whole file to the renderer; it walks all it is given, for each diagnostic.

use annotate_snippets::renderer::{AnsiColor, DecorStyle, Effects};
use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Padding, Renderer, Snippet,
    normalize_untrusted_str,
};

use super::Position;
use super::excerpt::{Excerpt, excerpts};
use crate::{Diagnostic, Severity, SourceMap};

pub(super) fn render(sources: &SourceMap, diags: &[Diagnostic], color: bool) -> String {
    let renderer = if color {
        Renderer::styled().warning(AnsiColor::Yellow.on_default().effects(Effects::BOLD)).hyperlink(false)
    } else {
        Renderer::plain()
    };
    // The excerpts are cut already, so the renderer should not.
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(240);
    let mut out = String::new();
    for diag in diags {
        push_without_gaps(&mut out, &renderer.render(&[group(sources, diag)]));
        out.push('\n');
    }
    out
}

/// Leaves out the `:::` that the renderer writes between a place and an excerpt that are given apart. They are given
/// apart because the place of a cut line is not what the renderer would find in it.
fn push_without_gaps(out: &mut String, rendered: &str) {
    for line in rendered.lines() {
        if without_styles(line).trim() != ":::" {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
}

fn without_styles(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push_str(part.split_once('m').map_or("", |(_, text)| text));
    }
    out
}

fn group<'a>(sources: &'a SourceMap, diag: &'a Diagnostic) -> Group<'a> {
    let level = match diag.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(diag.message.as_str()).id(diag.code.id));
    for (at, excerpt) in excerpts(sources, &diag.labels).into_iter().enumerate() {
        if at > 0 {
            group = group.element(Padding);
        }
        group = group.element(origin(sources, &excerpt)).element(snippet(excerpt));
    }
    for help in &diag.help {
        group = group.element(Element::from(Level::HELP.message(normalize_untrusted_str(help))));
    }
    group
}

fn origin<'a>(sources: &'a SourceMap, excerpt: &Excerpt<'a>) -> Origin<'a> {
    let Position { line, column, .. } = Position::of(sources, excerpt.labels[0].label.span);
    Origin::path(sources.name(excerpt.file)).line(line as usize).char_column(column as usize)
}

fn snippet<'a>(excerpt: Excerpt<'a>) -> Snippet<'a, Annotation<'a>> {
    let annotations = excerpt.labels.into_iter().map(|placed| {
        let kind = if placed.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        // Unlike titles, labels are taken as they are, control characters and all.
        let text = normalize_untrusted_str(&placed.label.text).replace('\n', " ");
        kind.span(placed.range).label(Some(text).filter(|text| !text.is_empty()))
    });
    Snippet::source(excerpt.text)
        .line_start(excerpt.line as usize)
        .annotations(annotations.collect::<Vec<_>>())
}
