//! Types from `.proto`: ProtoJSON both ways, and what the wire format allows.

use super::contract::{descriptors, of_message};
use super::run::Both;

pub(crate) const EVERYTHING: &str = r#"
syntax = "proto3";
package t;
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/field_mask.proto";
enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; COLOR_BLUE = 7; COLOR_NEG = -3; }
message Part { string name = 1; int32 size = 2; repeated int32 marks = 3; }
message Empty {}
message All {
  double f_double = 1; float f_float = 2;
  int32 f_int32 = 3; int64 f_int64 = 4; uint32 f_uint32 = 5; uint64 f_uint64 = 6;
  sint32 f_sint32 = 7; sint64 f_sint64 = 8;
  fixed32 f_fixed32 = 9; fixed64 f_fixed64 = 10; sfixed32 f_sfixed32 = 11; sfixed64 f_sfixed64 = 12;
  bool f_bool = 13; string f_string = 14; bytes f_bytes = 15; Color f_color = 16;
  Part part = 17; All child = 18; Empty nothing = 19;
  optional int32 o_int32 = 20; optional string o_string = 21; optional bool o_bool = 22; optional Color o_color = 23;
  repeated int32 r_int32 = 30; repeated sint64 r_sint64 = 31; repeated fixed32 r_fixed32 = 32;
  repeated double r_double = 33; repeated bool r_bool = 34; repeated string r_string = 35; repeated bytes r_bytes = 36;
  repeated Color r_color = 37; repeated Part r_part = 38; repeated int32 unpacked = 39 [packed = false];
  map<string, int64> m_string = 40; map<int32, Part> m_int32 = 41; map<bool, string> m_bool = 42;
  map<uint64, Color> m_uint64 = 43; map<sfixed32, double> m_sfixed32 = 44;
  oneof choice { int32 c_int = 50; string c_string = 51; Part c_part = 52; Color c_color = 53; Empty c_empty = 54; }
  oneof other { bool d_bool = 55; bytes d_bytes = 56; }
  google.protobuf.Timestamp at = 60; google.protobuf.Duration span = 61;
  repeated google.protobuf.Timestamp moments = 62; map<string, google.protobuf.Duration> spans = 63;
  google.protobuf.Int64Value w_int64 = 70; google.protobuf.StringValue w_string = 71; google.protobuf.BoolValue w_bool = 72;
  google.protobuf.DoubleValue w_double = 73; google.protobuf.BytesValue w_bytes = 74; google.protobuf.FloatValue w_float = 75;
  repeated google.protobuf.UInt32Value w_many = 76;
  google.protobuf.Value value = 80; google.protobuf.Struct struct = 81; google.protobuf.ListValue list = 82;
  repeated google.protobuf.Value values = 83; google.protobuf.FieldMask mask = 84;
  map<string, google.protobuf.Value> m_value = 85;
  int32 far = 5000; string a_rather_long_name_that_needs_its_own_place = 536870911;
}
"#;

pub(crate) fn everything() -> Both {
    let (contract, id) = of_message(&descriptors(EVERYTHING), "t.All");
    Both::new(&contract, id)
}

#[track_caller]
fn check(json: &str, expected: &str) {
    assert_eq!(everything().there_and_back(json), expected, "{json}");
}

#[track_caller]
fn same(json: &str) {
    check(json, json);
}

#[test]
fn scalars() {
    same(r#"{}"#);
    same(r#"{"fInt32":-5,"fInt64":"-9223372036854775808","fUint64":"18446744073709551615","fBool":true}"#);
    same(r#"{"fSint32":-2147483648,"fSint64":"-3","fFixed32":4294967295,"fFixed64":"1","fSfixed32":-1,"fSfixed64":"-1"}"#);
    same(r#"{"fDouble":1.5,"fFloat":0.1,"fString":"a\"\\\n😀","fBytes":"AP8=","fColor":"COLOR_BLUE"}"#);
    same(r#"{"fDouble":"NaN","fFloat":"-Infinity"}"#);
    check(r#"{"fDouble":1e300}"#, r#"{"fDouble":1e300}"#);
    check(r#"{"f_int32":"7","f_int64":12,"fUint32":1e2,"fColor":7}"#, r#"{"fInt32":7,"fInt64":"12","fUint32":100,"fColor":"COLOR_BLUE"}"#);
    check(r#"{"fInt32":0,"fString":"","fBool":false,"fInt64":"0","fColor":0,"fDouble":0,"rInt32":[],"mString":{}}"#, "{}");
    check(r#"{"fInt32":null,"part":null,"rInt32":null,"cInt":null,"at":null}"#, "{}");
    same(r#"{"fColor":99,"far":3,"aRatherLongNameThatNeedsItsOwnPlace":"x"}"#);
    check(r#"{"fColor":-3}"#, r#"{"fColor":"COLOR_NEG"}"#);
    check(r#"{"fBytes":"_-8"}"#, r#"{"fBytes":"/+8="}"#);
    check(r#"{"fDouble":-0.0}"#, r#"{"fDouble":-0.0}"#);
}

#[test]
fn presence() {
    same(r#"{"oInt32":0,"oString":"","oBool":false,"oColor":"COLOR_UNSPECIFIED"}"#);
    same(r#"{"part":{},"nothing":{}}"#);
    same(r#"{"cInt":0}"#);
    same(r#"{"cEmpty":{}}"#);
    same(r#"{"wInt64":"0","wString":"","wBool":false,"wDouble":0.0,"wBytes":"","wFloat":1.5,"wMany":[0,3]}"#);
}

#[test]
fn lists_and_maps() {
    same(r#"{"rInt32":[1,-1,300],"rSint64":["-1","2"],"rFixed32":[7],"rDouble":[0.0,2.5],"rBool":[true,false]}"#);
    same(r#"{"rString":["","b"],"rBytes":["","AA=="],"rColor":["COLOR_RED","COLOR_UNSPECIFIED"],"unpacked":[0,5]}"#);
    same(r#"{"rPart":[{},{"name":"a","marks":[1,2]}]}"#);
    same(r#"{"mString":{"a":"1","":"0"},"mInt32":{"-5":{"size":3},"0":{}},"mBool":{"true":"x","false":""}}"#);
    same(r#"{"mUint64":{"18446744073709551615":"COLOR_RED"},"mSfixed32":{"-7":1.5}}"#);
}

#[test]
fn well_known() {
    same(r#"{"at":"2024-02-29T12:00:00.500Z","span":"-1.000000001s","moments":["1970-01-01T00:00:00Z"],"spans":{"a":"0s"}}"#);
    check(r#"{"at":"2024-02-29T13:00:00.5+01:00"}"#, r#"{"at":"2024-02-29T12:00:00.500Z"}"#);
    same(r#"{"value":null}"#);
    same(r#"{"value":{"a":[1.0,"x",true,null,{"b":{}}],"c":[]},"struct":{"x":null,"y":{"z":1.5}},"list":[1.0,[],{}]}"#);
    same(r#"{"values":[null,1.0,"a"],"mask":"aB,c.dE","mValue":{"k":null,"l":false}}"#);
    same(r#"{"struct":{},"list":[]}"#);
}

#[test]
fn violations_have_paths() {
    check(r#"{"fInt32":1.5,"part":{"size":"x"},"rInt32":[1,"b",2147483648]}"#,
        "/fInt32 type, /part/size type, /rInt32/1 type, /rInt32/2 maximum");
    check(r#"{"cInt":1,"cString":"a"}"#, "/cString oneOf");
    check(r#"{"rPart":[{"what/~":1}]}"#, "/rPart/0/what~1~0 unknown");
    check(r#"{"mInt32":{"x":{}}}"#, "/mInt32/x type");
    check(r#"{"at":"yesterday","fColor":"GREEN","fBytes":"*","fUint32":-1}"#,
        "/at format, /fColor enum, /fBytes format, /fUint32 minimum");
    check(r#"{"rInt32":{}}"#, "/rInt32 type");
    check(r#"[]"#, " type");
    check(r#"{"rString":["a",null]}"#, "/rString/1 type");
}

#[test]
fn malformed_json_has_an_offset() {
    check(r#"{"fInt32":1"#, " malformed at 11");
    check(r#"{"fInt32":1}x"#, " malformed at 12");
    check(r#"{"fInt32":01}"#, "/fInt32 malformed at 10");
    check(r#"{"fInt32":1,"fInt32":2}"#, "/fInt32 duplicate at 12");
    check(r#"{"fInt32":1,"f_int32":2}"#, "/fInt32 duplicate at 12");
    check(r#"{"mString":{"a":"1","a":"2"}}"#, "/mString duplicate at 20");
    check(r#"{"fString":"\ud800"}"#, "/fString malformed at 12");
    check(r#"{"part":{"size":1,}}"#, "/part malformed at 18");
    check("", " malformed at 0");
}

#[test]
fn keys_in_any_order_and_pretty() {
    let mut both = everything();
    let one = both.protobuf(br#"{"fInt32":1,"fString":"a","part":{"name":"x","size":2},"oBool":true}"#).unwrap();
    let text = "{\n    \"oBool\" : true,\n\t\"part\": {\r\n  \"size\":2 , \"name\":\"x\"},\"f\\u0053tring\":\"\\u0061\", \"f_int32\":1\n}\n";
    let other = both.protobuf(text.as_bytes()).unwrap();
    assert_eq!(both.json(&one).unwrap(), both.json(&other).unwrap());
}

#[track_caller]
fn wire(message: &[u8], expected: &str) {
    let json = everything().json(message).map(|json| String::from_utf8(json).unwrap());
    assert_eq!(super::run::told(json), expected);
}

#[test]
fn the_wire_format_is_read_in_every_form() {
    // The last one wins.
    wire(&[0x18, 1, 0x18, 2], r#"{"fInt32":2}"#);
    // Messages are merged, also around other fields.
    wire(&[0x8a, 1, 3, 0x0a, 1, b'a', 0x18, 1, 0x8a, 1, 2, 0x10, 5], r#"{"fInt32":1,"part":{"name":"a","size":5}}"#);
    // Repeated fields may be interleaved, packed or not.
    wire(&[0xf0, 1, 1, 0x18, 9, 0xf2, 1, 2, 2, 3, 0xf0, 1, 4], r#"{"fInt32":9,"rInt32":[1,2,3,4]}"#);
    // A oneof: the last member; a message again after another starts anew.
    wire(&[0x90, 3, 1, 0x9a, 3, 1, b'x'], r#"{"cString":"x"}"#);
    wire(&[0xa2, 3, 2, 0x10, 1, 0x9a, 3, 1, b'x', 0xa2, 3, 3, 0x0a, 1, b'n'], r#"{"cPart":{"name":"n"}}"#);
    wire(&[0xa2, 3, 2, 0x10, 1, 0xa2, 3, 3, 0x0a, 1, b'n'], r#"{"cPart":{"name":"n","size":1}}"#);
    // Of equal keys the last entry counts.
    wire(&[0xc2, 2, 5, 0x0a, 1, b'a', 0x10, 1, 0xc2, 2, 5, 0x0a, 1, b'b', 0x10, 3, 0xc2, 2, 5, 0x0a, 1, b'a', 0x10, 2],
        r#"{"mString":{"b":"3","a":"2"}}"#);
    // An entry without key or value.
    wire(&[0xc2, 2, 0, 0xca, 2, 0], r#"{"mString":{"":"0"},"mInt32":{"0":{}}}"#);
    // A narrow integer with too many bits.
    wire(&[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], r#"{"fInt32":-1}"#);
    // A merged timestamp.
    wire(&[0xe2, 3, 2, 0x08, 1, 0x18, 1, 0xe2, 3, 2, 0x10, 0], r#"{"fInt32":1,"at":"1970-01-01T00:00:01Z"}"#);
    // An explicit zero of a field without presence.
    wire(&[0x18, 0], "{}");
}

#[test]
fn broken_messages_are_refused() {
    wire(&[0x18], "/fInt32 malformed at 1");
    wire(&[0x72, 5, b'a'], "/fString malformed at 1");
    wire(&[0x72, 1, 0xff], "/fString malformed at 2");
    wire(&[0x07], " malformed at 0");
    wire(&[0x72, 1, b'a', 0x1d, 0, 0, 0, 0], "/fInt32 type");
    wire(&[0xa0, 0x1f, 1], "/500 unknown");
}
