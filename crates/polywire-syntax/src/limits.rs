//! How much of a text is taken in before it is refused.

/// Bounds on one text; what lies beyond is a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the text; 4 GiB at the very most, because spans are 32 bits wide.
    pub bytes_max: usize,
    /// Collections inside one another; 1024 at the very most, because whoever walks a tree recurses.
    pub depth_max: usize,
    /// Values and keys in the tree, those that come from aliases included.
    pub nodes_max: usize,
    /// Nodes that aliases may add to the tree; long texts count as one node for each 64 bytes.
    pub aliases_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes_max: 64 << 20, depth_max: 256, nodes_max: 4_000_000, aliases_max: 100_000 }
    }
}

impl Limits {
    /// The depth that is enforced.
    pub(crate) fn depth(&self) -> usize {
        self.depth_max.min(1024)
    }

    /// The length that is enforced.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes_max.min(u32::MAX as usize)
    }
}
