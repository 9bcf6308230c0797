//! One parameter as one text, in every style: <https://spec.openapis.org/oas/v3.1.1.html#style-values>.
//!
//! What is written is read as the same; what a style cannot say is not written. Must never: know where a text stands, or
//! read a value.

use polywire_contract::{Parameter, Place, Style};
use polywire_wire::Param;

use super::percent::{self, Keep, Plus};

/// What a text holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holds {
    /// One value.
    One,
    /// Items.
    List,
    /// Members, by name.
    Members(Vec<(String, u16)>),
}

/// How a parameter is written as text.
#[derive(Clone, Debug)]
pub(crate) struct Spelled {
    /// The parameter's name on the wire.
    pub(crate) name: String,
    /// The leaf, or the first of the members.
    pub(crate) slot: u16,
    holds: Holds,
    style: Style,
    explode: bool,
    escape: Escape,
    /// An empty text is no value.
    empty: bool,
}

/// What is done to single characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    /// Percent-encoding.
    Percent(Plus, Keep),
    /// Nothing: header fields, and cookies of the style `cookie`. Blanks around are not part of a text.
    Plain,
    /// Nothing at all: parts of a body.
    Nothing,
}

/// A value that the style has no text for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsayable(pub(crate) &'static str);

impl Spelled {
    /// Every parameter under each name that is understood; members of one text are one.
    pub(crate) fn readers(parameters: &[Parameter]) -> Vec<(Place, Spelled)> {
        Spelled::all(parameters, usize::MAX)
    }

    /// Every parameter under the name that is written.
    pub(crate) fn writers(parameters: &[Parameter]) -> Vec<(Place, Spelled)> {
        Spelled::all(parameters, 1)
    }

    fn all(parameters: &[Parameter], names_max: usize) -> Vec<(Place, Spelled)> {
        let mut found: Vec<(u32, Place, Spelled)> = Vec::new();
        for (slot, parameter) in parameters.iter().enumerate() {
            let slot = slot as u16;
            let names = || parameter.names.iter().take(names_max);
            let Some(whole) = &parameter.whole else {
                for name in names() {
                    let holds = if parameter.list { Holds::List } else { Holds::One };
                    let spelled = Spelled::new(parameter, name, slot, holds);
                    found.push((u32::MAX, parameter.place.clone(), spelled));
                }
                continue;
            };
            let members = names().map(|name| (name.clone(), slot));
            match found.iter_mut().find(|(field, ..)| *field == whole.field) {
                Some((_, _, Spelled { holds: Holds::Members(known), .. })) => known.extend(members),
                _ => {
                    let holds = Holds::Members(members.collect());
                    let spelled = Spelled::new(parameter, &whole.name, slot, holds);
                    found.push((whole.field, parameter.place.clone(), spelled));
                }
            }
        }
        found.into_iter().map(|(_, place, spelled)| (place, spelled)).collect()
    }

    fn new(parameter: &Parameter, name: &str, slot: u16, holds: Holds) -> Spelled {
        let keep = if parameter.spelling.reserved { Keep::Reserved } else { Keep::Unreserved };
        let (style, explode, escape) = match parameter.place {
            Place::Path { style, explode } => {
                (style, explode, Escape::Percent(Plus::Itself, Keep::Unreserved))
            }
            Place::Query { style, explode } | Place::Form { style, explode } => {
                (style, explode, Escape::Percent(Plus::Space, keep))
            }
            Place::Cookie { style: Style::Cookie, explode } => (Style::Cookie, explode, Escape::Plain),
            Place::Cookie { style, explode } => {
                (style, explode, Escape::Percent(Plus::Itself, Keep::Unreserved))
            }
            Place::Part { style, explode, .. } => (style, explode, Escape::Nothing),
            Place::Header { explode } => (Style::Simple, explode, Escape::Plain),
            Place::Text | Place::Body => (Style::Simple, false, Escape::Plain),
        };
        let empty = parameter.spelling.empty;
        Spelled { name: name.to_string(), slot, holds, style, explode, escape, empty }
    }

    /// Whether items or members stand apart, each under a name of its own (`a=1&a=2`).
    pub(crate) fn apart(&self) -> bool {
        let named = matches!(self.style, Style::Form | Style::Cookie | Style::DeepObject | Style::Dotted);
        let separated = matches!(self.style, Style::SpaceDelimited | Style::PipeDelimited);
        self.holds == Holds::List
            && (matches!(self.style, Style::DeepObject | Style::Dotted) || self.explode)
            && (named || separated)
    }

    /// Every leaf of it.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u16> {
        let members = if let Holds::Members(members) = &self.holds { &members[..] } else { &[] };
        let own = (!matches!(self.holds, Holds::Members(_))).then_some(self.slot);
        own.into_iter().chain(members.iter().map(|(_, slot)| *slot))
    }

    /// Reads one text as it stands on the wire; `None` where it is not made as the style says.
    pub(crate) fn read(&self, text: &str, into: &mut Vec<Param>) -> Option<()> {
        if self.empty && text.is_empty() {
            return Some(());
        }
        let text = self.without_mark(text)?;
        match &self.holds {
            Holds::One => into.push(Param::text(self.slot, self.decoded(text)?)),
            Holds::List if self.apart() => into.push(Param::text(self.slot, self.decoded(text)?)),
            Holds::List => {
                for (at, item) in self.split(text).into_iter().enumerate() {
                    let item = if at > 0 && self.named_items() { unnamed(item, &self.name)? } else { item };
                    into.push(Param::text(self.slot, self.decoded(item)?));
                }
            }
            Holds::Members(members) => self.read_members(text, members, into)?,
        }
        Some(())
    }

    fn read_members(&self, text: &str, members: &[(String, u16)], into: &mut Vec<Param>) -> Option<()> {
        let mut pieces = self.split(text).into_iter();
        while let Some(piece) = pieces.next() {
            let (name, value) = match self.explode {
                true => piece.split_once('=')?,
                false => (piece, pieces.next()?),
            };
            let name = self.decoded(name)?;
            let text = self.decoded(value)?;
            // Members that the contract does not know stay in the text and mean nothing here.
            if let Some((_, slot)) = members.iter().find(|(known, _)| *known == name) {
                into.push(Param::text(*slot, text));
            }
        }
        Some(())
    }

    /// The text behind the mark that a style begins with.
    fn without_mark<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self.style {
            Style::Label => text.strip_prefix('.'),
            Style::Matrix => {
                let text = text.strip_prefix(';')?;
                let members = self.explode && matches!(self.holds, Holds::Members(_));
                if members { Some(text) } else { unnamed(text, &self.name) }
            }
            _ => Some(text),
        }
    }

    /// Whether each item repeats the name.
    fn named_items(&self) -> bool {
        self.style == Style::Matrix && self.explode
    }

    /// The pieces between separators. They are looked for before decoding: an encoded comma is part of an item.
    fn split<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let separators: &[&str] = match self.style {
            _ if self.escape == Escape::Nothing => &[self.separator()],
            Style::SpaceDelimited => &["%20", "+", " "],
            Style::PipeDelimited => &["%7C", "%7c", "|"],
            _ => &[self.separator()],
        };
        let mut pieces = Vec::new();
        let mut rest = text;
        loop {
            let next = separators.iter().filter_map(|s| Some((rest.find(s)?, s.len()))).min();
            let Some((at, length)) = next else { break };
            pieces.push(&rest[..at]);
            rest = &rest[at + length..];
        }
        pieces.push(rest);
        if self.escape == Escape::Plain {
            pieces.iter_mut().for_each(|piece| *piece = piece.trim_matches([' ', '\t']));
        }
        pieces
    }

    fn separator(&self) -> &'static str {
        match (self.style, self.explode) {
            (Style::Label, true) => ".",
            (Style::Matrix, true) => ";",
            (Style::SpaceDelimited, _) if self.escape == Escape::Nothing => " ",
            (Style::PipeDelimited, _) if self.escape == Escape::Nothing => "|",
            (Style::SpaceDelimited, _) => "%20",
            (Style::PipeDelimited, _) => "%7C",
            _ => ",",
        }
    }

    fn decoded(&self, text: &str) -> Option<String> {
        match self.escape {
            Escape::Percent(plus, _) => percent::decode(text, plus).map(|text| text.into_owned()),
            Escape::Plain | Escape::Nothing => Some(text.to_string()),
        }
    }

    /// Writes one text; nothing where there is no value. Of items that stand apart `item` says which one.
    pub(crate) fn write(&self, params: &[Param], item: usize, into: &mut String) -> Result<bool, Unsayable> {
        let before = into.len();
        let mut pieces = match &self.holds {
            Holds::One | Holds::List => texts(params, self.slot).map(|text| (None, text)).collect(),
            Holds::Members(members) => members
                .iter()
                .flat_map(|(name, slot)| texts(params, *slot).map(move |text| (Some(name.as_str()), text)))
                .collect::<Vec<_>>(),
        };
        if self.apart() {
            pieces = pieces.into_iter().skip(item).take(1).collect();
        }
        for (at, (name, text)) in pieces.iter().enumerate() {
            self.mark(at, into);
            if let Some(name) = name {
                self.encoded(name, into)?;
                into.push_str(if self.explode { "=" } else { self.separator() });
            }
            self.encoded(text, into)?;
        }
        if self.empty && into.len() == before {
            return Ok(false);
        }
        Ok(!pieces.is_empty())
    }

    /// What stands before the piece with this number.
    fn mark(&self, at: usize, into: &mut String) {
        let members = matches!(self.holds, Holds::Members(_));
        match self.style {
            Style::Label if at == 0 => into.push('.'),
            Style::Matrix if !(members && self.explode) && (at == 0 || self.explode) => {
                into.push(';');
                percent::encode(&self.name, Keep::Unreserved, into);
                into.push('=');
            }
            Style::Matrix if at == 0 => into.push(';'),
            _ if at > 0 => into.push_str(self.separator()),
            _ => {}
        }
    }

    fn encoded(&self, text: &str, into: &mut String) -> Result<(), Unsayable> {
        let several = !matches!(self.holds, Holds::One) && !self.apart();
        match self.style {
            // Spaces and bars are encoded wherever they stand, so a reader could not tell them from separators.
            Style::SpaceDelimited if several && text.contains(' ') => return Err(SEPARATOR),
            Style::PipeDelimited if several && text.contains('|') => return Err(SEPARATOR),
            _ => {}
        }
        match self.escape {
            Escape::Percent(_, _) if self.style == Style::Label => {
                percent::encode(text, Keep::NotDots, into);
            }
            Escape::Percent(_, Keep::Reserved) if several => percent::encode(text, Keep::ReservedItem, into),
            Escape::Percent(_, keep) => percent::encode(text, keep, into),
            Escape::Nothing => {
                let named = self.explode && matches!(self.holds, Holds::Members(_));
                if several && (text.contains(self.separator()) || named && text.contains('=')) {
                    return Err(SEPARATOR);
                }
                into.push_str(text);
            }
            Escape::Plain => {
                let blank = |c: char| c == ' ' || c == '\t';
                if several && text.contains([',', '=']) {
                    return Err(SEPARATOR);
                }
                if text.starts_with(blank) || text.ends_with(blank) {
                    return Err(Unsayable("blanks around a text would be lost"));
                }
                if self.style == Style::Cookie && !text.bytes().all(cookie_octet) {
                    return Err(Unsayable("a cookie contains what ends it"));
                }
                into.push_str(text);
            }
        }
        Ok(())
    }

    /// How many texts it has.
    pub(crate) fn count(&self, params: &[Param]) -> usize {
        if self.apart() { texts(params, self.slot).count() } else { 1 }
    }
}

const SEPARATOR: Unsayable = Unsayable("an item of a list contains what separates items");

/// RFC 6265, section 4.1.1.
fn cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

fn texts(params: &[Param], slot: u16) -> impl Iterator<Item = &str> {
    params.iter().filter(move |param| param.slot == slot).map(|param| param.text.as_str())
}

/// What stands behind `name=`; nothing where the name stands alone.
fn unnamed<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let rest = match text.strip_prefix(name) {
        Some(rest) => rest,
        None => {
            let mut encoded = String::new();
            percent::encode(name, Keep::Unreserved, &mut encoded);
            text.strip_prefix(encoded.as_str())?
        }
    };
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('=') }
}

#[cfg(test)]
mod tests;
