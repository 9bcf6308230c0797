//! Every code of every crate, and its page.

use polywire_diag::Code;

/// All codes, sorted by number.
pub(crate) fn all() -> Vec<&'static Code> {
    let crates = [
        polywire_contract::CODES,
        polywire_emit::CODES,
        polywire_read::CODES,
        polywire_syntax::CODES,
        polywire_wire::CODES,
        polywire_workspace::CODES,
    ];
    let mut codes: Vec<&Code> = crates.into_iter().flatten().copied().collect();
    codes.sort_by_key(|code| code.id);
    codes
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_number_is_given_out_twice() {
        let all = super::all();
        assert!(all.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
