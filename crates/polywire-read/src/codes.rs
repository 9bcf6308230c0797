//! The codes of this crate: `PW-R01xx` are OpenAPI's, `PW-R02xx` Protobuf's.

polywire_diag::codes! {
    PROTO_SYNTAX = "PW-R0201",
    PROTO_IMPORT = "PW-R0202",
    PROTO_CYCLE = "PW-R0203",
    PROTO_DEFINITION = "PW-R0204",
    PROTO_LIMIT = "PW-R0205",
    PROTO_UNSUPPORTED = "PW-R0206",
    PROTO_RULE_UNCHECKED = "PW-R0210",
    PROTO_RULE_TYPE = "PW-R0211",
    PROTO_HTTP = "PW-R0212",
    PROTO_QUERY = "PW-R0213",
}
