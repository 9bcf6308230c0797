//! Code pages: which character each byte means. All of them hold one byte for each.

use polywire_contract::CobolPage;

/// No character, no byte.
const NONE: u16 = u16::MAX;
const EURO: u16 = 0x20ac;

/// Both directions of a page.
pub(crate) struct Table {
    /// The character of each byte.
    characters: [u16; 256],
    /// The byte of each character up to U+00FF.
    bytes: [u16; 256],
    /// The byte of the euro.
    euro: u16,
}

/// EBCDIC 037 in ISO 8859-1.
#[rustfmt::skip]
const EBCDIC_037: [u8; 256] = [
    0x00, 0x01, 0x02, 0x03, 0x9c, 0x09, 0x86, 0x7f, 0x97, 0x8d, 0x8e, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x9d, 0x85, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8f, 0x1c, 0x1d, 0x1e, 0x1f,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0a, 0x17, 0x1b, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9a, 0x9b, 0x14, 0x15, 0x9e, 0x1a,
    0x20, 0xa0, 0xe2, 0xe4, 0xe0, 0xe1, 0xe3, 0xe5, 0xe7, 0xf1, 0xa2, 0x2e, 0x3c, 0x28, 0x2b, 0x7c,
    0x26, 0xe9, 0xea, 0xeb, 0xe8, 0xed, 0xee, 0xef, 0xec, 0xdf, 0x21, 0x24, 0x2a, 0x29, 0x3b, 0xac,
    0x2d, 0x2f, 0xc2, 0xc4, 0xc0, 0xc1, 0xc3, 0xc5, 0xc7, 0xd1, 0xa6, 0x2c, 0x25, 0x5f, 0x3e, 0x3f,
    0xf8, 0xc9, 0xca, 0xcb, 0xc8, 0xcd, 0xce, 0xcf, 0xcc, 0x60, 0x3a, 0x23, 0x40, 0x27, 0x3d, 0x22,
    0xd8, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xab, 0xbb, 0xf0, 0xfd, 0xfe, 0xb1,
    0xb0, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0xaa, 0xba, 0xe6, 0xb8, 0xc6, 0xa4,
    0xb5, 0x7e, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0xa1, 0xbf, 0xd0, 0xdd, 0xde, 0xae,
    0x5e, 0xa3, 0xa5, 0xb7, 0xa9, 0xa7, 0xb6, 0xbc, 0xbd, 0xbe, 0x5b, 0x5d, 0xaf, 0xa8, 0xb4, 0xd7,
    0x7b, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xad, 0xf4, 0xf6, 0xf2, 0xf3, 0xf5,
    0x7d, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0xb9, 0xfb, 0xfc, 0xf9, 0xfa, 0xff,
    0x5c, 0xf7, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0xb2, 0xd4, 0xd6, 0xd2, 0xd3, 0xd5,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xb3, 0xdb, 0xdc, 0xd9, 0xda, 0x9f,
];
/// Where the other pages differ from 037.
const IN_273: &[(u8, u8)] = &[
    (0x43, b'{'),
    (0x4a, 0xc4),
    (0x4f, b'!'),
    (0x59, b'~'),
    (0x5a, 0xdc),
    (0x5f, b'^'),
    (0x63, b'['),
    (0x6a, 0xf6),
    (0x7c, 0xa7),
    (0xa1, 0xdf),
    (0xb0, 0xa2),
    (0xb5, b'@'),
    (0xba, 0xac),
    (0xbb, b'|'),
    (0xc0, 0xe4),
    (0xcc, 0xa6),
    (0xd0, 0xfc),
    (0xdc, b'}'),
    (0xe0, 0xd6),
    (0xec, b'\\'),
    (0xfc, b']'),
];
const IN_500: &[(u8, u8)] =
    &[(0x4a, b'['), (0x4f, b'!'), (0x5a, b']'), (0x5f, b'^'), (0xb0, 0xa2), (0xba, 0xac), (0xbb, b'|')];
const IN_1047: &[(u8, u8)] =
    &[(0x5f, b'^'), (0xad, b'['), (0xb0, 0xac), (0xba, 0xdd), (0xbb, 0xa8), (0xbd, b']')];
/// Where 1140 and 1141 have the euro.
const EURO_BYTE: u8 = 0x9f;

static ASCII: Table = Table::latin(128);
static LATIN_1: Table = Table::latin(256);
static EBCDIC_037_TABLE: Table = Table::ebcdic(&[], false);
static EBCDIC_273_TABLE: Table = Table::ebcdic(IN_273, false);
static EBCDIC_500_TABLE: Table = Table::ebcdic(IN_500, false);
static EBCDIC_1047_TABLE: Table = Table::ebcdic(IN_1047, false);
static EBCDIC_1140_TABLE: Table = Table::ebcdic(&[], true);
static EBCDIC_1141_TABLE: Table = Table::ebcdic(IN_273, true);

/// The table of a page.
pub(crate) fn table(page: CobolPage) -> &'static Table {
    match page {
        CobolPage::Ascii => &ASCII,
        CobolPage::Latin1 => &LATIN_1,
        CobolPage::Ebcdic037 => &EBCDIC_037_TABLE,
        CobolPage::Ebcdic273 => &EBCDIC_273_TABLE,
        CobolPage::Ebcdic500 => &EBCDIC_500_TABLE,
        CobolPage::Ebcdic1047 => &EBCDIC_1047_TABLE,
        CobolPage::Ebcdic1140 => &EBCDIC_1140_TABLE,
        CobolPage::Ebcdic1141 => &EBCDIC_1141_TABLE,
    }
}

/// Whether digits and blanks lie as in EBCDIC.
pub(crate) fn is_ebcdic(page: CobolPage) -> bool {
    !matches!(page, CobolPage::Ascii | CobolPage::Latin1)
}

/// The page's blank.
pub(crate) fn blank(page: CobolPage) -> u8 {
    if is_ebcdic(page) { 0x40 } else { b' ' }
}

impl Table {
    const fn latin(characters: usize) -> Table {
        let mut table = Table { characters: [NONE; 256], bytes: [NONE; 256], euro: NONE };
        let mut at = 0;
        while at < characters {
            table.characters[at] = at as u16;
            table.bytes[at] = at as u16;
            at += 1;
        }
        table
    }

    const fn ebcdic(other: &[(u8, u8)], euro: bool) -> Table {
        let mut table = Table { characters: [NONE; 256], bytes: [NONE; 256], euro: NONE };
        let mut at = 0;
        while at < 256 {
            table.characters[at] = EBCDIC_037[at] as u16;
            at += 1;
        }
        at = 0;
        while at < other.len() {
            table.characters[other[at].0 as usize] = other[at].1 as u16;
            at += 1;
        }
        if euro {
            table.characters[EURO_BYTE as usize] = EURO;
            table.euro = EURO_BYTE as u16;
        }
        at = 0;
        while at < 256 {
            if table.characters[at] < 256 {
                table.bytes[table.characters[at] as usize] = at as u16;
            }
            at += 1;
        }
        table
    }

    /// The byte of a character.
    #[inline(always)]
    pub(crate) fn byte(&self, character: char) -> Option<u8> {
        let byte = match character as u32 {
            point @ 0..256 => self.bytes[point as usize],
            point if point == u32::from(EURO) => self.euro,
            _ => NONE,
        };
        u8::try_from(byte).ok()
    }

    /// Whether all characters of a text have bytes; the text is UTF-8.
    pub(crate) fn holds(&self, text: &[u8]) -> bool {
        // Every page has all of US-ASCII.
        text.is_ascii()
            || std::str::from_utf8(text).is_ok_and(|text| text.chars().all(|c| self.byte(c).is_some()))
    }

    /// Appends the text of some bytes; false where one means no character.
    pub(crate) fn decode(&self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        let character = |byte: &u8| self.characters[usize::from(*byte)];
        if bytes.iter().all(|byte| character(byte) < 128) {
            out.extend(bytes.iter().map(|byte| character(byte) as u8));
            return true;
        }
        for byte in bytes {
            match character(byte) {
                point @ 0..128 => out.push(point as u8),
                point @ 128..0x800 => {
                    out.extend_from_slice(&[0xc0 | (point >> 6) as u8, 0x80 | (point & 0x3f) as u8]);
                }
                EURO => out.extend_from_slice("€".as_bytes()),
                _ => return false,
            }
        }
        true
    }

    /// Writes a text as bytes into a place, from its beginning; returns how many there are. What has no byte, or no room, is
    /// left out.
    pub(crate) fn encode(&self, text: &[u8], place: &mut [u8]) -> usize {
        if text.is_ascii() {
            for (to, from) in place.iter_mut().zip(text) {
                *to = self.bytes[usize::from(*from)] as u8;
            }
            return text.len().min(place.len());
        }
        let bytes = text.utf8_chunks().flat_map(|chunk| chunk.valid().chars()).filter_map(|c| self.byte(c));
        place.iter_mut().zip(bytes).map(|(to, byte)| *to = byte).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let pages = [
            CobolPage::Ascii,
            CobolPage::Latin1,
            CobolPage::Ebcdic037,
            CobolPage::Ebcdic273,
            CobolPage::Ebcdic500,
            CobolPage::Ebcdic1047,
            CobolPage::Ebcdic1140,
            CobolPage::Ebcdic1141,
        ];
        for page in pages {
            let table = table(page);
            let mut held = 0;
            for byte in 0..=255u8 {
                let mut text = Vec::new();
                if !table.decode(&[byte], &mut text) {
                    continue;
                }
                held += 1;
                let mut back = [0; 2];
                assert_eq!(table.encode(&text, &mut back), 1, "{page:?} {byte:#x}");
                assert_eq!(back[0], byte, "{page:?}");
                assert!(table.holds(&text));
            }
            assert_eq!(held, if page == CobolPage::Ascii { 128 } else { 256 });
            assert!((0..128u8).all(|c| table.byte(c.into()).is_some()));
            assert_eq!(table.byte(' '), Some(blank(page)));
        }
    }

    #[test]
    fn pages_differ_where_they_should() {
        let check = |page, text: &str, expected: &[u8]| {
            let mut place = [0; 16];
            let count = table(page).encode(text.as_bytes(), &mut place);
            assert_eq!(&place[..count], expected, "{page:?} {text}");
            assert!(table(page).holds(text.as_bytes()));
        };
        check(CobolPage::Ebcdic037, "Aa0 [é", &[0xc1, 0x81, 0xf0, 0x40, 0xba, 0x51]);
        check(CobolPage::Ebcdic500, "[]!", &[0x4a, 0x5a, 0x4f]);
        check(CobolPage::Ebcdic1047, "[]^", &[0xad, 0xbd, 0x5f]);
        check(CobolPage::Ebcdic1140, "€", &[0x9f]);
        check(CobolPage::Ebcdic1141, "äöüß€", &[0xc0, 0x6a, 0xd0, 0xa1, 0x9f]);
        check(CobolPage::Latin1, "é", &[0xe9]);
        assert!(!table(CobolPage::Ascii).holds("é".as_bytes()));
        assert!(!table(CobolPage::Ebcdic1140).holds("¤".as_bytes()));
        assert!(!table(CobolPage::Ebcdic037).holds("€".as_bytes()));
        assert!(!table(CobolPage::Ebcdic037).holds("日".as_bytes()));
    }
}
