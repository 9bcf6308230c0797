//! Parameters beside a body as an encoding of the bound input record: each leaf is text, a list is several of them.

mod sink;
mod source;

pub use sink::ParamSink;
pub use source::TextSource;

use crate::Param;

/// Which occurrences belong to which leaf.
#[derive(Debug, Default)]
pub(crate) struct ParamScratch {
    /// For each leaf its first occurrence; [`NONE`] where there is none.
    pub(crate) heads: Vec<u32>,
    /// For each occurrence the next one of the same leaf.
    pub(crate) next: Vec<u32>,
    tails: Vec<u32>,
}

/// No occurrence.
pub(crate) const NONE: u32 = u32::MAX;

impl ParamScratch {
    /// Links the occurrences of each of `leaves` leaves, in linear time. Occurrences of other leaves are passed over.
    pub(crate) fn link(&mut self, params: &[Param], leaves: usize) {
        for list in [&mut self.heads, &mut self.tails] {
            list.clear();
            list.resize(leaves, NONE);
        }
        self.next.clear();
        self.next.resize(params.len(), NONE);
        for (at, param) in params.iter().enumerate() {
            let leaf = usize::from(param.slot);
            let Some(tail) = self.tails.get_mut(leaf) else { continue };
            match *tail {
                NONE => self.heads[leaf] = at as u32,
                before => self.next[before as usize] = at as u32,
            }
            *tail = at as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occurrences_are_linked_in_order() {
        let params: Vec<Param> = [0, 2, 0, 9, 0].map(|slot| Param::text(slot, "")).into();
        let mut scratch = ParamScratch::default();
        scratch.link(&params, 3);
        assert_eq!(scratch.heads, [0, NONE, 1]);
        assert_eq!(scratch.next, [2, NONE, 4, NONE, NONE]);
    }
}
