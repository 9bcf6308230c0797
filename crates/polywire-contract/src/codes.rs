//! The codes of this crate: `PW-C01xx` are the lock's, `PW-C02xx` those of derived contracts, `PW-C03xx` those of drift,
//! `PW-C04xx` those of maps between types.

polywire_diag::codes! {
    LOCK_FORM = "PW-C0101",
    LOCK_CONFLICT = "PW-C0102",
    LOCK_MISSING = "PW-C0103",
    LOCK_MOVED = "PW-C0104",
    DERIVE_COLLISION = "PW-C0201",
    DERIVE_NO_FORM = "PW-C0202",
    DRIFT_KIND = "PW-C0301",
    DRIFT_FIELD = "PW-C0302",
    DRIFT_PRESENCE = "PW-C0303",
    DRIFT_VALUES = "PW-C0304",
    DRIFT_DEFAULT = "PW-C0305",
    MAP_MISSING = "PW-C0401",
    MAP_LOST = "PW-C0402",
    MAP_AMBIGUOUS = "PW-C0403",
    MAP_KIND = "PW-C0404",
    MAP_UNCONFIRMED = "PW-C0405",
    MAP_GONE = "PW-C0406",
    MAP_WRITTEN = "PW-C0407",
    MAP_TYPE = "PW-C0408",
}
