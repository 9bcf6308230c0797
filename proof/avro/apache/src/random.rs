//! Chance, the same in every run.

/// A xorshift generator.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, count: u64) -> u64 {
        (self.bits() >> 11) % count
    }

    pub(crate) fn once_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// A number of any magnitude, the ends among them.
    pub(crate) fn integer(&mut self, least: i64, most: i64) -> i64 {
        match self.below(6) {
            0 => least,
            1 => most,
            2 => 0i64.clamp(least, most),
            _ => (self.bits() as i64 >> self.below(64)).clamp(least, most),
        }
    }

    pub(crate) fn text(&mut self, most: u64) -> String {
        const LETTERS: [char; 12] =
            ['a', 'Z', ' ', '"', '\\', '\n', '\u{1}', 'é', '日', '😀', '\u{2028}', '/'];
        (0..self.below(most + 1)).map(|_| LETTERS[self.below(12) as usize]).collect()
    }

    pub(crate) fn bytes(&mut self, count: u64) -> Vec<u8> {
        (0..count).map(|_| self.bits() as u8).collect()
    }
}
