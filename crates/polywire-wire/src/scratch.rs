//! The reusable memory of one thread.

use std::hash::{BuildHasher, RandomState};

use crate::Buffer;
use crate::json::JsonScratch;
use crate::keys::Keys;
use crate::params::ParamScratch;
use crate::protobuf::IndexEntry;
use crate::walk::State;

/// What plans need while they run; keep one per thread and hand it to every call.
#[derive(Debug)]
pub struct Scratch {
    pub(crate) source: SourceScratch,
    pub(crate) walk: State,
    pub(crate) buffer: Buffer,
    pub(crate) params: ParamScratch,
    /// The message between two forms where a call is written anew.
    pub(crate) between: Vec<u8>,
}

/// The part that sources need.
#[derive(Debug)]
pub(crate) struct SourceScratch {
    pub(crate) json: JsonScratch,
    pub(crate) keys: Keys,
    pub(crate) index: Vec<IndexEntry>,
    /// Text or bytes that do not lie in the message as they are.
    pub(crate) text: Vec<u8>,
}

impl SourceScratch {
    pub(crate) fn new(seed: u64) -> SourceScratch {
        SourceScratch {
            json: JsonScratch::default(),
            keys: Keys::new(seed),
            index: Vec::new(),
            text: Vec::new(),
        }
    }
}

impl Scratch {
    /// Scratch whose tables are mixed with `seed`, which callers must not be able to guess.
    pub fn new(seed: u64) -> Scratch {
        Scratch {
            source: SourceScratch::new(seed),
            walk: State::new(seed),
            buffer: Buffer::default(),
            params: ParamScratch::default(),
            between: Vec::new(),
        }
    }
}

impl Scratch {
    /// Says what time it is, in nanoseconds since 1970: rules about the past and the future are checked only where it is
    /// known. [`crate::Plans::needs_now`] tells whether there are such rules.
    pub fn set_now(&mut self, nanos: i128) {
        self.walk.now = Some(nanos);
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch::new(RandomState::new().hash_one(0))
    }
}
