//! `trace`: the call's place in a W3C trace context (`traceparent`, `tracestate`; <https://www.w3.org/TR/trace-context/>).

use polywire_call::{Exchange, Metadata};

use super::request_id::random;
use super::{Flow, Passage, Policy};

pub(crate) const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const TRACESTATE_BYTES_MAX: usize = 512;

/// Goes on with a caller's trace, or begins one; the bridge is a span in it.
pub(super) struct Trace;

impl Policy for Trace {
    fn name(&self) -> &'static str {
        "trace"
    }

    fn before(&self, _passage: &mut Passage<'_>, exchange: &mut Exchange) -> Flow {
        let (own, keeps_state) = continued(&exchange.metadata);
        if !keeps_state {
            exchange.metadata.remove(TRACESTATE);
        }
        exchange.metadata.set(TRACEPARENT, own);
        Flow::Next
    }

    fn after(&self, _passage: &mut Passage<'_>, _exchange: &mut Exchange) {}
}

/// The header with a span of our own, and whether the state that came in still belongs to it.
pub(crate) fn continued(metadata: &Metadata) -> (String, bool) {
    let values = |wanted: &'static str| {
        metadata.iter().filter(move |(name, _)| *name == wanted).map(|(_, value)| value)
    };
    let mut given = values(TRACEPARENT);
    let parent = given.next().and_then(parse).filter(|_| given.next().is_none());
    let span = random(8);
    match parent {
        // A state that is too long may be left out.
        Some(Parent { trace_id, flags }) => (
            format!("00-{trace_id}-{span}-{:02x}", flags & 0x03),
            values(TRACESTATE).map(str::len).sum::<usize>() <= TRACESTATE_BYTES_MAX,
        ),
        None => (format!("00-{}-{span}-01", random(16)), false),
    }
}

/// Finds the ids of trace and span in the header that this policy wrote.
pub(crate) fn ids(own: &str) -> (&str, &str) {
    (own.get(3..35).unwrap_or(""), own.get(36..52).unwrap_or(""))
}

#[derive(Debug, PartialEq, Eq)]
struct Parent<'a> {
    trace_id: &'a str,
    flags: u8,
}

/// Reads a header strictly: what is not well formed is as if it were not there.
fn parse(text: &str) -> Option<Parent<'_>> {
    let hex = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let zero = |part: &str| part.bytes().all(|b| b == b'0');
    let mut parts = text.splitn(5, '-');
    let (version, trace_id, span_id, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let more = parts.next();
    let lengths = (version.len(), trace_id.len(), span_id.len(), flags.len());
    let well_formed = lengths == (2, 32, 16, 2)
        && [version, trace_id, span_id, flags].into_iter().all(hex)
        && version != "ff"
        && !(version == "00" && more.is_some())
        && !zero(trace_id)
        && !zero(span_id);
    well_formed.then_some(())?;
    Some(Parent { trace_id, flags: u8::from_str_radix(flags, 16).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_well_formed_header_is_read() {
        let parent = Some(Parent { trace_id: TRACE, flags: 1 });
        assert_eq!(parse(&format!("00-{TRACE}-00f067aa0ba902b7-01")), parent);
        assert_eq!(parse(&format!("cc-{TRACE}-00f067aa0ba902b7-01-what-comes-later")), parent);
    }

    #[test]
    fn any_other_header_is_as_if_it_were_not_there() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            "00".into(),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            format!("00-{TRACE}-00f067aa0ba902b7-1"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-00f067aa0ba902b7-zz"),
            format!(" 00-{TRACE}-00f067aa0ba902b7-01"),
        ] {
            assert_eq!(parse(&text), None, "{text:?}");
        }
    }
}
