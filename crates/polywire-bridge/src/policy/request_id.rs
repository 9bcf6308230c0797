//! `request_id`: every call has an id that caller, component and logs agree on (`x-request-id`).

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

use polywire_call::{Answer, Exchange, Metadata};

use super::{Flow, Passage, Policy};

/// The header, and the name in logs with `_`.
pub(crate) const REQUEST_ID: &str = "x-request-id";
const LENGTH_MAX: usize = 128;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// Keeps a caller's id where it is well formed, else makes one; sends it on and answers it.
pub(super) struct RequestId;

impl Policy for RequestId {
    fn name(&self) -> &'static str {
        "request_id"
    }

    fn before(&self, _passage: &mut Passage<'_>, exchange: &mut Exchange) -> Flow {
        // Who calls is told in its own way; the secret that proves it goes no further.
        exchange.metadata.remove("polywire-token");
        if !kept(&exchange.metadata) {
            exchange.metadata.set(REQUEST_ID, random(16));
        }
        Flow::Next
    }

    fn after(&self, _passage: &mut Passage<'_>, exchange: &mut Exchange) {
        let Some(id) = exchange.metadata.get(REQUEST_ID) else { return };
        let metadata = match &mut exchange.answer {
            Some(Answer::Document { metadata, .. } | Answer::Message { metadata, .. }) => metadata,
            Some(Answer::Failure(failure)) => &mut failure.metadata,
            Some(Answer::Error(error)) => &mut error.metadata,
            None => return,
        };
        metadata.set(REQUEST_ID, id);
    }
}

/// Whether there is one id, and it is well formed.
fn kept(metadata: &Metadata) -> bool {
    let mut given = metadata.iter().filter(|(name, _)| *name == REQUEST_ID);
    given.next().is_some_and(|(_, id)| well_formed(id)) && given.next().is_none()
}

/// The id of a request that passes no policy: its own, or a new one.
pub(crate) fn own(metadata: &Metadata) -> String {
    let given = metadata.get(REQUEST_ID).filter(|_| kept(metadata));
    given.map_or_else(|| random(16), str::to_owned)
}

fn well_formed(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(&byte);
    (1..=LENGTH_MAX).contains(&id.len()) && id.bytes().all(allowed)
}

/// Makes so many random bytes, in hexadecimal, not all of them zero. Not for secrets.
pub(crate) fn random(bytes: usize) -> String {
    thread_local! {
        static STATE: (RandomState, Cell<u64>) = (RandomState::new(), const { Cell::new(0) });
    }
    let next = || {
        STATE.with(|(keys, counter)| {
            counter.set(counter.get().wrapping_add(1));
            keys.hash_one(counter.get())
        })
    };
    let mut text = String::with_capacity(bytes * 2 + 16);
    while text.len() < bytes * 2 {
        let word = next().max(1);
        let digits = (0..16).rev().map(|digit| HEX[(word >> (digit * 4)) as usize & 0xf]);
        text.extend(digits.map(char::from));
    }
    text.truncate(bytes * 2);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_could_hurt_a_log_are_not_well_formed() {
        assert!(well_formed("7f9c2ba4-e88f-827d@1"));
        for id in ["", "a b", "a\nb", "\"", "é", &"x".repeat(129)] {
            assert!(!well_formed(id), "{id:?}");
        }
    }

    #[test]
    fn random_ids_have_their_length_and_differ() {
        let ids: std::collections::BTreeSet<String> = (0..1000).map(|_| random(16)).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())));
        assert_eq!(random(8).len(), 16);
    }
}
