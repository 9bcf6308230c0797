//! The codes of this crate: `PW-C01xx` are the lock's, `PW-C02xx` those of derived contracts.

polywire_diag::codes! {
    LOCK_FORM = "PW-C0101",
    LOCK_CONFLICT = "PW-C0102",
    LOCK_MISSING = "PW-C0103",
    LOCK_MOVED = "PW-C0104",
    DERIVE_COLLISION = "PW-C0201",
    DERIVE_NO_FORM = "PW-C0202",
}
