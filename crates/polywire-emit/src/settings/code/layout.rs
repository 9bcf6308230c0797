//! Expressions over lines, broken where the formatter of a language would break them.

/// An expression.
#[derive(Clone, Debug)]
pub(in crate::settings) enum Doc {
    /// Never broken.
    Text(String),
    /// A name or key, and what follows it.
    Pair(String, Box<Doc>),
    /// Items between brackets.
    Group { open: String, items: Vec<Doc>, close: String, form: Form },
}

/// What a group is to the formatter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::settings) enum Form {
    /// Arguments.
    Call,
    /// A list, a map.
    List,
    /// A tuple of Python, whose comma makes it one.
    Tuple,
    /// Members in braces.
    Struct,
    /// A value, and the call of its method.
    Method,
    /// One item a line, always.
    Block,
}

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::settings) enum Style {
    Black,
    Gofmt,
    GoogleJava,
    Prettier,
    Rustfmt,
}

impl Doc {
    pub(in crate::settings) fn text(text: impl Into<String>) -> Doc {
        Doc::Text(text.into())
    }

    pub(in crate::settings) fn pair(before: impl Into<String>, doc: Doc) -> Doc {
        Doc::Pair(before.into(), Box::new(doc))
    }

    pub(in crate::settings) fn group(
        open: impl Into<String>,
        items: Vec<Doc>,
        close: &str,
        form: Form,
    ) -> Doc {
        Doc::Group { open: open.into(), items, close: close.to_owned(), form }
    }

    /// `name(items)`
    pub(in crate::settings) fn call(name: &str, items: Vec<Doc>) -> Doc {
        Doc::group(format!("{name}("), items, ")", Form::Call)
    }

    /// On one line, where that may be.
    pub(in crate::settings) fn flat(&self, style: Style) -> Option<String> {
        match self {
            Doc::Text(text) => Some(text.clone()),
            Doc::Pair(before, doc) => Some(format!("{before}{}", doc.flat(style)?)),
            Doc::Group { open, items, close, form } => {
                if items.is_empty() {
                    return Some(format!("{}{}", open.trim_end(), close.trim_start()));
                }
                if *form == Form::Block || (style == Style::Prettier && is_table(items)) {
                    return None;
                }
                let flat: Option<Vec<String>> = items.iter().map(|item| item.flat(style)).collect();
                let inner = flat?.join(", ");
                let limit = match (style, form) {
                    (Style::Rustfmt, Form::Struct) => 18,
                    (Style::Rustfmt, Form::Method) => usize::MAX,
                    (Style::Rustfmt, _) => 60,
                    _ => usize::MAX,
                };
                let comma = if *form == Form::Tuple && items.len() == 1 { "," } else { "" };
                (width(&inner) <= limit).then(|| format!("{open}{inner}{comma}{close}"))
            }
        }
    }
}

/// Several lists of several items each stand one a line.
fn is_table(items: &[Doc]) -> bool {
    let bracket = |item: &Doc| match item {
        Doc::Group { open, items, .. } if items.len() > 1 => open.chars().next(),
        Doc::Text(_) | Doc::Pair(..) | Doc::Group { .. } => None,
    };
    let first = items.first().and_then(bracket).filter(|_| items.len() > 1);
    first.is_some() && items.iter().all(|item| bracket(item) == first)
}

/// Writes an expression that begins at a column of a line of this indent, with so much behind it.
pub(in crate::settings) fn render(
    style: Style,
    doc: &Doc,
    indent: usize,
    column: usize,
    behind: usize,
) -> String {
    let flat = doc.flat(style).filter(|flat| column + width(flat) + behind <= style.width());
    match (flat, doc) {
        (Some(flat), _) => flat,
        (None, Doc::Text(text)) => text.clone(),
        // prettier gives a long text a line of its own, unless that would win next to nothing.
        (None, Doc::Pair(before, doc))
            if style == Style::Prettier
                && before.ends_with(": ")
                && width(before) >= 7
                && matches!(&**doc, Doc::Text(text) if text.starts_with(['"', '\''])) =>
        {
            let inner = render(style, doc, indent, column, behind);
            format!("{}\n{}{inner}", before.trim_end(), " ".repeat(indent + 2))
        }
        (None, Doc::Pair(before, doc)) => {
            format!("{before}{}", render(style, doc, indent, column + width(before), behind))
        }
        (None, Doc::Group { .. }) => broken(style, doc, indent, column, behind),
    }
}

/// Writes a group over several lines, although it might fit on one.
fn broken(style: Style, doc: &Doc, indent: usize, column: usize, behind: usize) -> String {
    let Doc::Group { open, items, close, form } = doc else {
        return render(style, doc, indent, column, behind);
    };
    let group =
        Broken { style, indent, open: open.trim_end(), items, close: close.trim_start(), form: *form };
    group.render(column, behind)
}

/// A group that does not fit on its line.
struct Broken<'a> {
    style: Style,
    indent: usize,
    open: &'a str,
    items: &'a [Doc],
    close: &'a str,
    form: Form,
}

impl Broken<'_> {
    fn render(&self, column: usize, behind: usize) -> String {
        let style = self.style;
        if style == Style::Rustfmt
            && self.form != Form::Struct
            && let [item @ Doc::Group { form, .. }] = self.items
            && *form != Form::Method
        {
            let inner =
                broken(style, item, self.indent, column + width(self.open), behind + width(self.close));
            return format!("{}{inner}{}", self.open, self.close);
        }
        // A call of a method stands on a line of its own where that keeps its arguments together.
        if let (Style::Rustfmt, Form::Call, Some((object, call))) =
            (style, self.form, self.open.split_once('.'))
        {
            let deep = self.indent + style.step();
            let call = Doc::group(format!(".{call}"), self.items.to_vec(), self.close, Form::Call);
            let flat = call.flat(style).filter(|flat| deep + width(flat) + behind <= style.width());
            if let Some(flat) = flat {
                return format!("{object}{}{flat}", self.margin(deep));
            }
        }
        if style == Style::Gofmt
            && self.form == Form::Call
            && let Some((last, first)) = self.items.split_last()
        {
            let first: String =
                first.iter().map(|item| format!("{}, ", item.flat(style).unwrap_or_default())).collect();
            let last = render(style, last, self.indent, column, behind + width(self.close));
            return format!("{}{first}{last}{}", self.open, self.close);
        }
        let deep = self.indent + style.step();
        if let (Form::Method, [call]) = (self.form, self.items) {
            let call = call.flat(style).unwrap_or_default();
            return format!("{}{}{call}", self.open, self.margin(deep));
        }
        let end = if style == Style::GoogleJava { String::new() } else { self.margin(self.indent) };
        let lines = match (style, self.form) {
            (Style::Black | Style::GoogleJava, Form::Call) => {
                self.one_line(deep).unwrap_or_else(|| self.lines(deep))
            }
            (Style::Black, Form::List) if self.items.len() == 1 => {
                vec![render(style, &self.items[0], deep, deep, 0)]
            }
            (Style::Prettier | Style::Rustfmt, Form::List) if self.fills() => self.filled(deep),
            _ => self.lines(deep),
        };
        let margin = self.margin(deep);
        format!("{}{margin}{}{end}{}", self.open, lines.join(&margin), self.close)
    }

    fn margin(&self, indent: usize) -> String {
        let blank = if self.style == Style::Gofmt { "\t".repeat(indent) } else { " ".repeat(indent) };
        format!("\n{blank}")
    }

    /// All items on a line of their own.
    fn one_line(&self, deep: usize) -> Option<Vec<String>> {
        let flat: Option<Vec<String>> = self.items.iter().map(|item| item.flat(self.style)).collect();
        let line = flat?.join(", ");
        let close = if self.style == Style::GoogleJava { width(self.close) } else { 0 };
        (deep + width(&line) + close <= self.style.width()).then(|| vec![line])
    }

    fn lines(&self, deep: usize) -> Vec<String> {
        let java = self.style == Style::GoogleJava;
        let last = self.items.len().saturating_sub(1);
        let line = |(at, item): (usize, &Doc)| {
            let comma = if java && at == last { "" } else { "," };
            format!("{}{comma}", render(self.style, item, deep, deep, 1))
        };
        self.items.iter().enumerate().map(line).collect()
    }

    /// Whether as many items stand on a line as fit.
    fn fills(&self) -> bool {
        let is_short = |item: &Doc| match (self.style, item) {
            (Style::Rustfmt, item) => item.flat(self.style).is_some_and(|flat| width(&flat) <= 10),
            (_, Doc::Text(text)) => {
                text.ends_with(|c: char| c.is_ascii_digit())
                    && text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            }
            _ => false,
        };
        self.items.len() > 1 && self.items.iter().all(is_short)
    }

    fn filled(&self, deep: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        // rustfmt leaves a column free.
        let most = self.style.width() - usize::from(self.style == Style::Rustfmt);
        for item in self.items {
            let item = format!("{},", item.flat(self.style).unwrap_or_default());
            match lines.last_mut() {
                Some(line) if deep + width(line) + 1 + width(&item) <= most => {
                    line.push(' ');
                    line.push_str(&item);
                }
                _ => lines.push(item),
            }
        }
        lines
    }
}

impl Style {
    fn width(self) -> usize {
        match self {
            Style::Black => 88,
            Style::Prettier | Style::Gofmt => 80,
            Style::GoogleJava | Style::Rustfmt => 100,
        }
    }

    /// Columns of one indent; tabs where the language has them.
    fn step(self) -> usize {
        match self {
            Style::Gofmt => 1,
            Style::Prettier => 2,
            Style::Black | Style::Rustfmt | Style::GoogleJava => 4,
        }
    }
}

/// Columns of a text; ideographs and the like take two.
fn width(text: &str) -> usize {
    let columns = |c: char| match c as u32 {
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        0x300..=0x36F => 0,
        _ => 1,
    };
    text.chars().map(columns).sum()
}
