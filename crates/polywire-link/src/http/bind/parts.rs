//! Parts of `multipart/form-data` as parameters. Must never: read a value; that is the plan's work.

use bytes::Bytes;
use polywire_call::{Code, StandardError};
use polywire_contract::{Contract, Operation, Parameter, Place, Shape};
use polywire_wire::Param;
use serde::de::IgnoredAny;

use super::{Bound, malformed};
use crate::http::multipart::{self, Broken, Part};
use crate::http::style::Spelled;

/// How the parts of one name are read and written.
#[derive(Debug)]
pub(crate) struct PartRule {
    /// Its name and the leaf, or leaves, that it is.
    pub(crate) spelled: Spelled,
    /// What one part holds.
    pub(crate) holds: Holds,
    /// The media types that the contract lists.
    pub(crate) media: Vec<String>,
}

/// What one part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Text.
    Text,
    /// Bytes as text.
    Base64,
    /// Bytes as they are.
    File,
    /// A value as JSON.
    Json,
    /// An item of a list as JSON.
    JsonItem,
}

impl PartRule {
    /// The rule for a leaf; `place` is that of the body among the ways to send it.
    pub(crate) fn compile(
        contract: &Contract,
        operation: &Operation,
        place: usize,
        leaf: &Parameter,
        spelled: Spelled,
    ) -> PartRule {
        let shape = &contract.ty(leaf.ty.id).shape;
        let is_list = matches!(shape, Shape::List(_));
        let holds = match leaf.place {
            Place::Part { file: true, .. } => Holds::File,
            _ if leaf.spelling.is_json() && is_list => Holds::JsonItem,
            _ if leaf.spelling.is_json() => Holds::Json,
            _ if matches!(shape, Shape::Bytes) => Holds::Base64,
            _ => Holds::Text,
        };
        let notes = contract.openapi.bodies.get(&(operation.input, place as u32));
        let part = notes.and_then(|notes| notes.parts.get(&spelled.name));
        PartRule { media: part.map(|part| part.media.clone()).unwrap_or_default(), spelled, holds }
    }

    /// Whether a part may have its media type. One that does not say it is text, or what the contract says.
    fn takes(&self, part: &Part) -> bool {
        let said = part.media.as_deref().map(|media| media.split(';').next().unwrap_or_default().trim());
        let said = match (said, self.holds) {
            (Some(said), _) => said.to_ascii_lowercase(),
            (None, Holds::File) => "text/plain".to_string(),
            (None, _) => return true,
        };
        self.media.is_empty() || self.media.iter().any(|range| crate::http::in_range(range, &said))
    }
}

/// Reads every part of a body.
pub(crate) fn read(
    bound: &Bound,
    body: &Bytes,
    media: Option<&str>,
    params: &mut Vec<Param>,
) -> Result<(), StandardError> {
    let parts = multipart::parts(body, media.unwrap_or_default()).map_err(|broken| match broken {
        Broken::Malformed(message) => malformed(message, ""),
        Broken::TooMany => {
            let message = "The request's body has more parts than the limit.";
            StandardError::new(Code::PayloadTooLarge, message)
        }
    })?;
    // Of each list of JSON its leaf and the text so far.
    let mut lists: Vec<(u16, String)> = Vec::new();
    for part in &parts {
        // Says in which charset others would read the rest (RFC 7578, section 4.6).
        if part.name == "_charset_" && !part.body.eq_ignore_ascii_case(b"utf-8") {
            return Err(malformed("A part says another charset than UTF-8.", ""));
        }
        let Ok(at) = bound.parts.binary_search_by(|rule| rule.spelled.name.as_str().cmp(&part.name)) else {
            if let Some(path) = bound.body_closed.refused(&part.name) {
                params.push(Param::text(Param::UNKNOWN, path));
            }
            continue;
        };
        let rule = &bound.parts[at];
        let pointer = &bound.pointers[usize::from(rule.spelled.slot)];
        if !rule.takes(part) {
            params.push(Param::text(Param::MEDIA, pointer.clone()));
        }
        one(rule, part, params, &mut lists)
            .ok_or_else(|| malformed("A part is not encoded as it must be.", pointer))?;
    }
    params.extend(lists.into_iter().map(|(slot, text)| Param::text(slot, text + "]")));
    Ok(())
}

/// Reads one part; `None` where it is not encoded as it must be.
fn one(rule: &PartRule, part: &Part, params: &mut Vec<Param>, lists: &mut Vec<(u16, String)>) -> Option<()> {
    let slot = rule.spelled.slot;
    let encoded = part.transfer.as_deref().is_some_and(|name| !matches!(name, "7bit" | "8bit" | "binary"));
    if encoded && !(rule.holds == Holds::Base64 && part.transfer.as_deref() == Some("base64")) {
        return None;
    }
    if rule.holds == Holds::File {
        params.push(Param::file(slot, part.body.clone()));
        return Some(());
    }
    if !part.media.as_deref().is_none_or(is_utf8) {
        return None;
    }
    let text = std::str::from_utf8(&part.body).ok()?;
    match rule.holds {
        Holds::JsonItem => {
            // Joined texts are a list of so many items only where each is one value.
            serde_json::from_str::<IgnoredAny>(text).ok()?;
            let list = lists.iter_mut().find(|(known, _)| *known == slot);
            match list {
                Some((_, before)) => {
                    before.push(',');
                    before.push_str(text);
                }
                None => lists.push((slot, format!("[{text}"))),
            }
        }
        _ => rule.spelled.read(text, params)?,
    }
    Some(())
}

/// Whether text of a media type is UTF-8, as all text is that is read here.
pub(crate) fn is_utf8(media: &str) -> bool {
    let Some((_, parameters)) = media.split_once(';') else { return true };
    let utf8 = |(key, value): (String, String)| {
        key != "charset" || matches!(value.to_ascii_lowercase().as_str(), "utf-8" | "utf8" | "us-ascii")
    };
    multipart::parameters_of(parameters).is_some_and(|found| found.into_iter().all(utf8))
}
