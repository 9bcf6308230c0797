//! COBOL records: JSON and Protobuf to bytes that are spelled out, and back; what is wrong is refused.

mod book;
mod generated;
mod values;

use polywire_contract::{
    AvroField, AvroSchema, Check, CobolKind, CobolPage, CobolSign, CobolUsage, Extra, Int, Shape,
};
use polywire_wire::{Compiler, Encoding, PlanOptions, Scratch};

use book::{Book, Item, Ways, comp, literal_list, literal_number, literal_text, number, observed, through};

/// A text in EBCDIC 037, padded.
fn ebcdic(text: &str, size: usize) -> Vec<u8> {
    let one = |c: char| match c {
        ' ' => 0x40,
        'A'..='I' => 0xc1 + (c as u8 - b'A'),
        'J'..='R' => 0xd1 + (c as u8 - b'J'),
        'S'..='Z' => 0xe2 + (c as u8 - b'S'),
        'a'..='i' => 0x81 + (c as u8 - b'a'),
        'j'..='r' => 0x91 + (c as u8 - b'j'),
        's'..='z' => 0xa2 + (c as u8 - b's'),
        '0'..='9' => 0xf0 + (c as u8 - b'0'),
        'é' => 0x51,
        '[' => 0xba,
        other => panic!("{other}"),
    };
    let mut bytes: Vec<u8> = text.chars().map(one).collect();
    bytes.resize(size, 0x40);
    bytes
}

/// A payment of one of three shapes.
///
/// ```cobol
/// 01 PAYMENT.
///    05 ID            PIC 9(6).
///    05 KIND          PIC X.
///    05 CARD.
///       10 PAN        PIC X(16).
///       10 EXPIRY     PIC 9(4).
///    05 TRANSFER REDEFINES CARD.
///       10 IBAN       PIC X(12).
///       10 AMOUNT     PIC S9(7)V99 COMP-3.
///    05 CASH REDEFINES CARD.
///       10 CURRENCY   PIC X(3).
///       10 COINS      PIC S9(4) COMP.
///    05 FILLER        PIC X(2).
///    05 NOTE          PIC X(4).
/// ```
fn payment() -> Ways {
    let mut book = Book::default();
    let id = book.int(Int::I32, number(CobolUsage::Display, 6, 0, CobolSign::None));
    let (kind, note, filler) = (book.text(1), book.text(4), book.text(2));
    let pan = book.text(16);
    let expiry = book.int(Int::I32, number(CobolUsage::Display, 4, 0, CobolSign::None));
    let card = book.group(&[("pan!", pan), ("expiry!", expiry)], Extra::Closed);
    let iban = book.text(12);
    let amount = book.decimal(number(CobolUsage::Packed, 9, 2, CobolSign::Trailing));
    let transfer = book.group(&[("iban!", iban), ("amount!", amount)], Extra::Closed);
    let currency = book.text(3);
    let coins = book.int(Int::I32, number(comp(2), 4, 0, CobolSign::Trailing));
    let cash = book.group(&[("currency!", currency), ("coins!", coins)], Extra::Closed);
    let values =
        [vec![literal_text("C"), literal_text("D")], vec![literal_text("T")], vec![literal_text("M")]];
    let parts = [(card, &values[0][..]), (transfer, &values[1][..]), (cash, &values[2][..])];
    let detail = book.redefines(kind, &parts);
    let parts = [("id!", id), ("kind!", kind), ("detail!", detail), ("", filler), ("note!", note)];
    let whole = book.group(&parts, Extra::Closed);
    book.done(whole, CobolPage::Ebcdic037)
}

fn card() -> Vec<u8> {
    [ebcdic("000042C", 7), ebcdic("4111", 16), ebcdic("1227", 4), ebcdic("", 2), ebcdic("hé[", 4)].concat()
}

fn transfer() -> Vec<u8> {
    let amount = vec![0x01, 0x23, 0x45, 0x67, 0x8d];
    [ebcdic("000001T", 7), ebcdic("DE12", 12), amount, ebcdic("", 3), ebcdic("", 2), ebcdic("", 4)].concat()
}

fn cash() -> Vec<u8> {
    [ebcdic("999999M", 7), ebcdic("EUR", 3), vec![0xff, 0xfe], ebcdic("", 15), ebcdic("", 2), ebcdic("x", 4)]
        .concat()
}

#[test]
fn three_shapes_lie_in_one_area() {
    let mut ways = payment();
    ways.same(r#"{"id":42,"kind":"C","detail":{"pan":"4111","expiry":1227},"note":"hé["}"#, &card());
    ways.same(r#"{"id":1,"kind":"T","detail":{"iban":"DE12","amount":"-123456.78"},"note":""}"#, &transfer());
    ways.same(r#"{"id":999999,"kind":"M","detail":{"currency":"EUR","coins":-2},"note":"x"}"#, &cash());
    [card(), transfer(), cash()].iter().for_each(|record| ways.through_protobuf(record));
}

#[test]
fn a_selector_follows_from_its_alternative() {
    let mut ways = payment();
    let without = r#"{"detail":{"coins":-2,"currency":"EUR"},"note":"x","id":999999}"#;
    assert_eq!(ways.record(without), Ok(cash()));
    // Another value that means the same is kept.
    let other = r#"{"kind":"D","id":42,"note":"hé[","detail":{"expiry":1227,"pan":"4111"}}"#;
    let mut record = card();
    record[6] = 0xc4;
    assert_eq!(ways.record(other), Ok(record.clone()));
    assert!(ways.json(&record).contains(r#""kind":"D","detail":{"pan""#));
}

#[test]
fn a_wrong_selector_is_refused() {
    let mut ways = payment();
    let refused = |ways: &mut Ways, json: &str, expected: &str| {
        assert_eq!(ways.record(json), Err(expected.to_string()), "{json}");
    };
    let cash_as = |kind: &str| {
        format!(r#"{{"detail":{{"currency":"EUR","coins":1}},"kind":"{kind}","id":1,"note":""}}"#)
    };
    refused(&mut ways, &cash_as("T"), "/kind const");
    refused(&mut ways, &cash_as("X"), "/kind const");
    refused(&mut ways, &cash_as("MM"), "/kind maxLength");
    refused(&mut ways, r#"{"kind":"M","id":1,"note":"","detail":{"iban":"D","amount":"1"}}"#, "/kind const");
    let mut record = cash();
    record[6] = 0xe7;
    assert_eq!(ways.json(&record), "/detail oneOf");
    assert_eq!(ways.found(&record), ["another selector"]);
    // The selector of another alternative: its amount has no digits.
    record[6] = 0xe3;
    assert_eq!(ways.json(&record), "/detail/amount type");
    assert_eq!(ways.found(&record), ["blanks"]);
}

/// Every order of some members.
fn orders(members: &[String]) -> Vec<Vec<String>> {
    if members.len() < 2 {
        return vec![members.to_vec()];
    }
    let mut found = Vec::new();
    for at in 0..members.len() {
        let mut rest = members.to_vec();
        let first = rest.remove(at);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            found.push(order);
        }
    }
    found
}

fn objects(members: &[&str]) -> Vec<String> {
    let members: Vec<String> = members.iter().map(|member| member.to_string()).collect();
    orders(&members).iter().map(|order| format!("{{{}}}", order.join(","))).collect()
}

#[test]
fn members_may_come_in_every_order() {
    let mut ways = payment();
    for detail in objects(&[r#""iban":"DE12""#, r#""amount":"-123456.78""#]) {
        let detail = format!(r#""detail":{detail}"#);
        for json in objects(&[&detail, r#""id":1"#, r#""kind":"T""#, r#""note":"""#]) {
            assert_eq!(ways.record(&json), Ok(transfer()), "{json}");
        }
    }
}

/// An order with lines in its middle.
///
/// ```cobol
/// 01 ORDER-RECORD.
///    05 CUSTOMER      PIC X(5).
///    05 LINE-COUNT    PIC 9(2).
///    05 LINES OCCURS 0 TO 12 DEPENDING ON LINE-COUNT.
///       10 SKU        PIC X(3).
///       10 TAG-COUNT  PIC 9(4) COMP.
///       10 TAGS       PIC X(2) OCCURS 1 TO 3 DEPENDING ON TAG-COUNT.
///       10 PRICE      PIC S9(5)V99 COMP-3.
///    05 TOTAL         PIC S9(5)V99.
///    05 FLAGS         PIC 9 OCCURS 3.
///    05 NOTE-COUNT    PIC S9(3) COMP-3.
///    05 NOTES         PIC X(4) OCCURS 0 TO 5 DEPENDING ON NOTE-COUNT.
///    05 CHECKED       PIC S9(4) SIGN LEADING SEPARATE.
/// ```
fn order() -> Ways {
    let mut book = Book::default();
    let customer = book.text(5);
    let line_count = book.int(Int::I32, number(CobolUsage::Display, 2, 0, CobolSign::None));
    let (sku, tag) = (book.text(3), book.text(2));
    let tag_count = book.int(Int::I32, number(comp(2), 4, 0, CobolSign::None));
    let tags = book.table(tag, 1, 3, Some(tag_count));
    let price = book.decimal(number(CobolUsage::Packed, 7, 2, CobolSign::Trailing));
    let parts = [("sku!", sku), ("tagCount!", tag_count), ("tags!", tags), ("price!", price)];
    let line = book.group(&parts, Extra::Closed);
    let lines = book.table(line, 0, 12, Some(line_count));
    let total = book.decimal(number(CobolUsage::Display, 7, 2, CobolSign::Trailing));
    let flag = book.int(Int::I32, number(CobolUsage::Display, 1, 0, CobolSign::None));
    let flags = book.table(flag, 3, 3, None);
    let note_count = book.int(Int::I32, number(CobolUsage::Packed, 3, 0, CobolSign::Trailing));
    let note = book.text(4);
    let notes = book.table(note, 0, 5, Some(note_count));
    let checked = book.int(Int::I64, number(CobolUsage::Display, 4, 0, CobolSign::LeadingSeparate));
    let parts = [
        ("customer!", customer),
        ("lineCount", line_count),
        ("lines!", lines),
        ("total!", total),
        ("flags!", flags),
        ("noteCount!", note_count),
        ("notes!", notes),
        ("checked!", checked),
    ];
    let whole = book.group(&parts, Extra::Closed);
    book.done(whole, CobolPage::Ebcdic037)
}

/// `{"customer":"ANNE","lineCount":2,…}` in bytes.
fn order_bytes() -> Vec<u8> {
    [
        ebcdic("ANNE", 5),
        vec![0xf0, 0xf2],
        ebcdic("A1", 3),
        vec![0x00, 0x02],
        ebcdic("xyz", 4),
        vec![0x00, 0x01, 0x99, 0x9c],
        ebcdic("B2", 3),
        vec![0x00, 0x01],
        ebcdic("q", 2),
        vec![0x12, 0x34, 0x56, 0x7d],
        // -12300.05, the sign over the last digit
        vec![0xf1, 0xf2, 0xf3, 0xf0, 0xf0, 0xf0, 0xd5],
        vec![0xf1, 0xf0, 0xf9],
        vec![0x00, 0x1c],
        ebcdic("one", 4),
        vec![0x60, 0xf0, 0xf0, 0xf1, 0xf7],
    ]
    .concat()
}

const LINES: &str = r#""lines":[{"sku":"A1","tagCount":2,"tags":["xy","z"],"price":"19.99"},{"sku":"B2","tagCount":1,"tags":["q"],"price":"-12345.67"}]"#;

#[test]
fn fields_follow_a_table_whose_length_varies() {
    let mut ways = order();
    let json = format!(
        r#"{{"customer":"ANNE","lineCount":2,{LINES},"total":"-12300.05","flags":[1,0,9],"noteCount":1,"notes":["one"],"checked":-17}}"#
    );
    ways.same(&json, &order_bytes());
    ways.through_protobuf(&order_bytes());
    let none = r#"{"customer":"","lineCount":0,"lines":[],"total":"0.00","flags":[0,0,0],"noteCount":0,"notes":[],"checked":0}"#;
    let bytes = [ebcdic("", 5), ebcdic("000000000000", 12), vec![0, 0x0c, 0x4e], ebcdic("0000", 4)].concat();
    let mut expected = bytes;
    expected[13] = 0xc0;
    ways.same(none, &expected);
}

#[test]
fn counts_follow_from_tables_in_every_order() {
    let mut ways = order();
    let members = [LINES, r#""total":"-12300.05""#, r#""flags":[1,0,9]"#, r#""notes":["one"],"noteCount":1"#];
    let rest = [r#""customer":"ANNE","checked":-17"#];
    for json in objects(&[&members[..], &rest[..]].concat()) {
        assert_eq!(ways.record(&json), Ok(order_bytes()), "{json}");
    }
    // Inside of occurrences, too.
    let line = r#"{"price":"19.99","tags":["xy","z"],"sku":"A1"},{"tags":["q"],"tagCount":1,"price":"-12345.67","sku":"B2"}"#;
    let json = format!(
        r#"{{"lines":[{line}],"notes":["one"],"customer":"ANNE","total":"-12300.05","checked":-17,"flags":[1,0,9],"lineCount":2}}"#
    );
    assert_eq!(ways.record(&json), Ok(order_bytes()));
}

#[test]
fn wrong_counts_are_refused() {
    let mut ways = order();
    let json = |lines: &str, tags: &str, notes: &str| {
        format!(
            r#"{{"lineCount":{lines},"lines":[{{"sku":"A","tagCount":{tags},"tags":["x"],"price":"1.00"}}],"customer":"","total":"1.00","flags":[0,0,0],"noteCount":{notes},"notes":[],"checked":0}}"#
        )
    };
    assert!(ways.record(&json("1", "1", "0")).is_ok());
    let mut refused = |json: String, expected: &str| {
        assert_eq!(ways.record(&json), Err(expected.to_string()), "{json}");
    };
    refused(json("2", "1", "0"), "/lineCount const");
    refused(json("1", "3", "0"), "/lines/0/tagCount const");
    refused(json("1", "1", "1"), "/noteCount const");
    refused(json("\"1\"", "1", "0"), "/lineCount type");
    refused(json("1", "1", "0").replace(r#"["x"]"#, "[]"), "/lines/0/tags minItems");
    refused(json("1", "1", "0").replace("[0,0,0]", "[0,0]"), "/flags minItems");
    refused(
        json("1", "1", "0").replace(r#""notes":[]"#, r#""notes":["a","b","c","d","e","f"]"#),
        "/notes maxItems",
    );
}

#[test]
fn counts_of_bytes_are_not_believed() {
    let mut ways = order();
    let mut check = |change: &dyn Fn(&mut Vec<u8>), expected: &str| {
        let mut bytes = order_bytes();
        change(&mut bytes);
        assert_eq!(ways.json(&bytes), expected);
    };
    // Behind a wrong count nothing more is said.
    check(&|bytes| bytes[5] = 0xf9, "/lines maxItems");
    check(&|bytes| bytes[5..7].copy_from_slice(&[0x40, 0x40]), "/lineCount type, /lines type");
    check(&|bytes| bytes[11] = 9, "/lines/0/tags maxItems");
    check(&|bytes| bytes[11] = 0, "/lines/0/tags minItems");
    // A count that is another than it was moves what follows: the record is too long, too short, or no record.
    check(
        &|bytes| bytes[6] = 0xf1,
        "/total type, /flags/0 type, /flags/1 type, /flags/2 type, /noteCount type, /notes type",
    );
    check(&|bytes| bytes.truncate(51), "/checked malformed at 51");
    check(&|bytes| bytes.push(0x40), " malformed at 52");
    check(&|bytes| bytes.truncate(9), "/lines/0/sku malformed at 9");
    check(&|bytes| bytes.clear(), "/customer malformed at 0");
}

#[test]
fn alternatives_need_not_be_groups_nor_selectors_text() {
    let mut book = Book::default();
    let kind = book.int(Int::I32, number(CobolUsage::Packed, 3, 0, CobolSign::Trailing));
    let (name, count) = (book.text(6), book.int(Int::I32, number(comp(4), 9, 0, CobolSign::None)));
    let values = [[literal_number("1")], [literal_number("-20")]];
    let area = book.redefines(kind, &[(name, &values[0]), (count, &values[1])]);
    let whole = book.group(&[("v!", area), ("kind", kind)], Extra::Closed);
    // The selector stands before the area.
    let CobolKind::Group(mut parts) = book.hand.contract.cobol.get(whole.1).kind.clone() else {
        unreachable!()
    };
    parts.reverse();
    book.hand.contract.cobol.items[whole.1.0 as usize].kind = CobolKind::Group(parts);
    let mut ways = book.done(whole, CobolPage::Ascii);
    assert_eq!(ways.record(r#"{"v":"ab"}"#), Ok(b"\x00\x1cab    ".to_vec()));
    assert_eq!(ways.record(r#"{"v":513,"kind":-20}"#), Ok(b"\x02\x0d\x00\x00\x02\x01  ".to_vec()));
    assert_eq!(ways.record(r#"{"v":513,"kind":1}"#), Err("/kind const".to_string()));
    assert_eq!(ways.json(b"\x02\x0d\x00\x00\x02\x01  "), r#"{"kind":-20,"v":513}"#);
    // Other signs of the same value.
    assert_eq!(ways.json(b"\x00\x1fab    "), r#"{"kind":1,"v":"ab"}"#);
    assert_eq!(ways.json(b"\x00\x1dab    "), "/v oneOf");
    assert_eq!(ways.json(b"  ab    "), "/kind type, /v type");
}

#[test]
fn alternatives_that_were_tried_leave_nothing_behind() {
    let mut book = Book::default();
    let kind = book.text(1);
    let (long, digits) =
        (book.text(8), book.int(Int::I32, number(CobolUsage::Display, 2, 0, CobolSign::None)));
    let a = book.group(&[("x!", long), ("n!", digits)], Extra::Open);
    let (short, text) = (book.text(3), book.text(1));
    let b = book.group(&[("x!", short), ("n!", text)], Extra::Open);
    let values = [[literal_text("A")], [literal_text("B")]];
    let area = book.redefines(kind, &[(a, &values[0]), (b, &values[1])]);
    let tail = book.text(2);
    let whole = book.group(&[("kind", kind), ("v!", area), ("tail!", tail)], Extra::Closed);
    let mut ways = book.done(whole, CobolPage::Ascii);
    for json in objects(&[r#""tail":"zz""#, r#""v":{"x":"abc","n":7}"#]) {
        assert_eq!(ways.record(&json), Ok(b"Aabc     07zz".to_vec()), "{json}");
    }
    for json in objects(&[r#""tail":"zz""#, r#""v":{"x":"abc","n":"7"}"#]) {
        assert_eq!(ways.record(&json), Ok(b"Babc7      zz".to_vec()), "{json}");
    }
}

#[test]
fn counts_without_a_field_and_fields_without_a_count() {
    // A hidden count; and a table whose place is always the largest.
    let mut book = Book::default();
    let count = book.int(Int::I32, number(CobolUsage::Display, 1, 0, CobolSign::None));
    let item = book.text(2);
    let list = book.hand.list(item.0);
    let kind = CobolKind::Table { item: item.1, min: 0, max: 3, depending: Some(count.1), slides: false };
    let table = (list, book.hand.contract.cobol.add(kind));
    let tail = book.text(1);
    let whole = book.group(&[("", count), ("list", table), ("tail!", tail)], Extra::Closed);
    if let Shape::Record(record) = &mut book.hand.contract.types[whole.0.0 as usize].shape {
        record.fields[0].default = Some(literal_list());
    }
    let mut ways = book.done(whole, CobolPage::Ascii);
    ways.same(r#"{"list":["ab","c"],"tail":"z"}"#, b"2abc   z");
    ways.same(r#"{"list":[],"tail":"z"}"#, b"0      z");
    assert_eq!(ways.record(r#"{"tail":"z"}"#), Ok(b"0      z".to_vec()));
    assert_eq!(ways.json(b"4abcdefz"), "/list maxItems");
    assert_eq!(ways.json(b" abcdefz"), "/list type");
}

#[test]
fn defaults_have_their_place() {
    let mut book = Book::default();
    let (a, b) = (book.text(3), book.int(Int::I32, number(CobolUsage::Packed, 3, 0, CobolSign::None)));
    let whole = book.group(&[("a", a), ("b", b)], Extra::Closed);
    if let Shape::Record(record) = &mut book.hand.contract.types[whole.0.0 as usize].shape {
        record.fields[0].default = Some(literal_text("no"));
        record.fields[1].default = Some(literal_number("42"));
    }
    let mut ways = book.done(whole, CobolPage::Ascii);
    assert_eq!(ways.record("{}"), Ok(b"no \x04\x2f".to_vec()));
    assert_eq!(ways.record(r#"{"b":1}"#), Ok(b"no \x00\x1f".to_vec()));
}

#[test]
fn what_has_no_place_has_no_plan() {
    let text = |size| CobolKind::Text { size, right: false };
    let check = |make: &dyn Fn(&mut Book) -> Vec<(&'static str, Item)>, expected: &str| {
        let mut book = Book::default();
        let parts = make(&mut book);
        let whole = book.group(&parts, Extra::Closed);
        let told = book.refused(whole, CobolPage::Ascii);
        assert!(told.contains(expected), "{told}");
    };
    check(&|book| vec![("a", book.text(1))], "may be absent");
    check(&|book| vec![("a!?", book.text(1))], "null has no place");
    check(&|book| vec![("a!", book.item(Shape::Bool, text(1)))], "is text");
    check(&|book| vec![("a!", book.item(Shape::Text, CobolKind::Bytes(1)))], "is bytes");
    check(&|book| vec![("a!", book.item(Shape::Instant, CobolKind::Bytes(1)))], "is bytes");
    check(
        &|book| vec![("a!", book.int(Int::I32, number(CobolUsage::Packed, 3, 1, CobolSign::None)))],
        "after the point",
    );
    let long = |book: &mut Book| {
        let ty = book.hand.enumeration(&["long"]);
        vec![("a!", (ty, book.hand.contract.cobol.add(text(3))))]
    };
    check(&long, "`long` does not fit");
    let chosen = |value: &'static str, other: &'static str| {
        move |book: &mut Book| {
            let (kind, a, b) = (book.text(1), book.text(1), book.text(2));
            let values = [[literal_text(value)], [literal_text(other)]];
            let area = book.redefines(kind, &[(a, &values[0]), (b, &values[1])]);
            vec![("kind", kind), ("a!", area)]
        }
    };
    let untagged = |book: &mut Book| {
        let area = lines(book, ["A", "B"], false);
        if let Shape::Sum(sum) = &mut book.hand.contract.types[area.0.0 as usize].shape {
            sum.tag = None;
        }
        vec![("a!", area)]
    };
    check(&untagged, "not the tag");
    check(&chosen("A", "A"), "two alternatives");
    check(&chosen("A", "BB"), "does not fit its item");
    check(&chosen("A", "日"), "does not fit its item");
}

#[test]
fn avro_has_the_fields_in_another_order() {
    let mut book = Book::default();
    let (name, tail, a) = (book.text(3), book.text(2), book.text(2));
    let count = book.int(Int::I32, number(CobolUsage::Display, 1, 0, CobolSign::None));
    let b = book.decimal(number(CobolUsage::Packed, 3, 2, CobolSign::Trailing));
    let item = book.group(&[("a!", a), ("b!", b)], Extra::Closed);
    let list = book.table(item, 0, 9, Some(count));
    let whole =
        book.group(&[("name!", name), ("n!", count), ("list!", list), ("tail!", tail)], Extra::Closed);
    let avro = &mut book.hand.contract.avro;
    let (text, int) = (avro.add(AvroSchema::String), avro.add(AvroSchema::Int));
    let decimal = avro.add(AvroSchema::Decimal { digits: 9, scale: 2, size: None });
    let part = |field, schema| AvroField { field, schema };
    let item = avro.add(AvroSchema::Record(vec![part(1, decimal), part(0, text)]));
    let list = avro.add(AvroSchema::Array(item));
    let fields = vec![part(3, text), part(2, list), part(0, text), part(1, int)];
    let schema = avro.add(AvroSchema::Record(fields));
    avro.types.insert(whole.0, schema);
    let record = b"abc2xy\x12\x3cz \x00\x5dTT";
    let (avro, back) = through(&mut book, whole, Encoding::Avro, record);
    assert_eq!(avro, b"\x04TT\x04\x02\x7b\x04xy\x02\xfb\x02z\x00\x06abc\x04");
    assert_eq!(back, Ok(record.to_vec()));
}

/// Two kinds of lines: `kind` is the first byte of both.
fn lines(book: &mut Book, values: [&str; 2], apart: bool) -> Item {
    let (kind, name) = (book.text(1), book.text(5));
    let head = book.group(&[("kind!", kind), ("name!", name)], Extra::Closed);
    let (kind, count) =
        (book.text(1), book.int(Int::I32, number(CobolUsage::Display, 1, 0, CobolSign::None)));
    let item = book.text(2);
    let items = if apart { book.table(item, 0, 9, Some(count)) } else { book.table(item, 1, 1, None) };
    let body = book.group(&[("kind!", kind), ("n!", count), ("items!", items)], Extra::Closed);
    book.tagged("kind", &[(head, values[0]), (body, values[1])], apart)
}

#[test]
fn a_file_has_records_of_several_kinds() {
    let mut book = Book::default();
    let whole = lines(&mut book, ["H", "B"], true);
    let mut ways = book.done(whole, CobolPage::Ascii);
    ways.same(r#"{"kind":"H","name":"abc"}"#, b"Habc  ");
    ways.same(r#"{"kind":"B","n":3,"items":["x","yy","z"]}"#, b"B3x yyz ");
    ways.same(r#"{"kind":"B","n":0,"items":[]}"#, b"B0");
    assert_eq!(ways.record(r#"{"items":["x"],"kind":"B"}"#), Ok(b"B1x ".to_vec()));
    assert_eq!(ways.record(r#"{"kind":"X","name":"a"}"#), Err(" enum".to_string()));
    assert_eq!(ways.json(b"Xabc  "), " oneOf");
    assert_eq!(ways.json(b"Habc"), "/name malformed at 4");
    assert_eq!(ways.json(b"Habc   "), " malformed at 6");
    ways.through_protobuf(b"B2aabb");
}

#[test]
fn occurrences_may_be_of_several_kinds() {
    let mut book = Book::default();
    let line = lines(&mut book, ["H", "B"], false);
    let count = book.int(Int::I32, number(CobolUsage::Display, 1, 0, CobolSign::None));
    let (table, tail) = (book.table(line, 0, 4, Some(count)), book.text(1));
    let whole = book.group(&[("n", count), ("lines!", table), ("tail!", tail)], Extra::Closed);
    let mut ways = book.done(whole, CobolPage::Ascii);
    let json = r#"{"n":3,"lines":[{"kind":"B","n":7,"items":["x"]},{"kind":"H","name":"abcde"},{"kind":"B","n":1,"items":["yz"]}],"tail":"T"}"#;
    ways.same(json, b"3B7x   HabcdeB1yz  T");
    assert_eq!(ways.json(b"2B7x   XabcdeT"), "/lines/1 oneOf");
    ways.through_protobuf(b"3B7x   HabcdeB1yz  T");
}

#[test]
fn what_a_place_cannot_hold_is_no_rule_to_be_observed() {
    let mut book = Book::default();
    let (short, text) = (book.hand.ty(Shape::Text, vec![Check::MaxLength(1)]), book.text(2));
    let count = book.int(Int::I32, number(CobolUsage::Display, 2, 0, CobolSign::None));
    let whole = book.group(&[("a!", (short, text.1)), ("n!", count)], Extra::Closed);
    assert_eq!(book.hand.contract.cobol.lay(whole.1, CobolPage::Ascii), Ok(()));
    let mut check = |json: &str, expected: Result<&[u8], &str>| {
        let expected = expected.map(<[u8]>::to_vec).map_err(str::to_string);
        assert_eq!(observed(&mut book, whole, json), expected, "{json}");
    };
    check(r#"{"a":"xy","n":7}"#, Ok(b"xy07"));
    check(r#"{"a":"xyz","n":7}"#, Err("/a maxLength"));
    check(r#"{"a":"x","n":100}"#, Err("/n maximum"));
    check(r#"{"a":"x"}"#, Err("/n required"));
}

/// `05 HEADER. 10 ID PIC X(2). 10 KIND PIC X. 10 COUNTS. 15 LINE-COUNT PIC 9(2).`, then a table that depends on LINE-COUNT,
/// an area that KIND tells of, and a tail.
fn headed(book: &mut Book) -> Item {
    let digits = number(CobolUsage::Display, 2, 0, CobolSign::None);
    let (id, kind, count) = (book.text(2), book.text(1), book.int(Int::U8, digits));
    let counts = book.group(&[("lineCount!", count)], Extra::Closed);
    let header = book.group(&[("id!", id), ("kind!", kind), ("counts!", counts)], Extra::Closed);
    let line = book.text(3);
    let lines = book.table(line, 0, 20, Some(count));
    let (words, figure) =
        (book.text(4), book.int(Int::U32, number(CobolUsage::Display, 4, 0, CobolSign::None)));
    let texts = [literal_text("T"), literal_text("U")];
    let area = book.redefines(kind, &[(words, &texts), (figure, &[literal_text("N")])]);
    let tail = book.text(1);
    book.group(&[("header!", header), ("lines!", lines), ("area!", area), ("tail!", tail)], Extra::Closed)
}

#[test]
fn counts_and_selectors_stand_in_groups_before() {
    let mut book = Book::default();
    let whole = headed(&mut book);
    let mut ways = book.done(whole, CobolPage::Ascii);
    let bytes = b"abU02one2  wordz";
    ways.same(r#"{"header":{"id":"ab","kind":"U","counts":{"lineCount":2}},"lines":["one","2"],"area":"word","tail":"z"}"#, bytes);
    ways.through_protobuf(bytes);
    ways.same(
        r#"{"header":{"id":"ab","kind":"N","counts":{"lineCount":0}},"lines":[],"area":42,"tail":"z"}"#,
        b"abN000042z",
    );
    // Members in every order, and with what follows from others or without it.
    let members = [r#""lines":["one","2"]"#, r#""area":"word""#, r#""tail":"z""#];
    let headers = [
        (r#""header":{"id":"ab","kind":"U","counts":{"lineCount":2}}"#, &bytes[..]),
        (r#""header":{"counts":{"lineCount":2},"kind":"U","id":"ab"}"#, bytes),
        (r#""header":{"kind":"U","counts":{},"id":"ab"}"#, bytes),
        (r#""header":{"counts":{},"id":"ab"}"#, b"abT02one2  wordz"),
    ];
    for (header, expected) in headers {
        for place in 0..24 {
            let mut rest = vec![header, members[0], members[1], members[2]];
            let (a, b, c) = (place % 4, place / 4 % 3, place / 12);
            let json: Vec<&str> = vec![rest.remove(a), rest.remove(b), rest.remove(c), rest[0]];
            let json = format!("{{{}}}", json.join(","));
            assert_eq!(ways.record(&json).as_deref(), Ok(expected), "{json}");
        }
    }
}

#[test]
fn counts_and_selectors_in_groups_must_agree() {
    let mut book = Book::default();
    let whole = headed(&mut book);
    let mut ways = book.done(whole, CobolPage::Ascii);
    let mut refused = |header: &str, rest: &str, expected: &str| {
        for json in [format!(r#"{{"header":{header},{rest}}}"#), format!(r#"{{{rest},"header":{header}}}"#)] {
            assert_eq!(ways.record(&json), Err(expected.to_string()), "{json}");
        }
    };
    let rest = r#""lines":["one"],"area":7,"tail":"z""#;
    refused(r#"{"id":"","counts":{"lineCount":2}}"#, rest, "/header/counts/lineCount const");
    refused(r#"{"id":"","counts":{"lineCount":"1"}}"#, rest, "/header/counts/lineCount type");
    refused(r#"{"id":"","counts":{"lineCount":300}}"#, rest, "/header/counts/lineCount maximum");
    refused(r#"{"id":"","kind":"T","counts":{}}"#, rest, "/header/kind const");
    refused(r#"{"kind":"N","counts":{}}"#, rest, "/header/id required");
    refused(r#"{"id":"","kind":"U"}"#, r#""lines":[],"area":"","tail":"z""#, "/header/counts required");
    refused(r#"{"id":"","counts":3}"#, rest, "/header/counts type");
    refused("null", rest, "/header type");
}

#[test]
fn counts_in_groups_must_agree_wherever_they_come_from() {
    let mut book = Book::default();
    let whole = headed(&mut book);
    let bytes = b"abU02one2  wordz";
    book.hand.derive();
    let (message, back) = through(&mut book, whole, Encoding::Protobuf, bytes);
    assert_eq!(back.as_deref(), Ok(&bytes[..]));
    let contract = &book.hand.contract;
    let (mut compiler, mut diags) = (Compiler::new(contract), Vec::new());
    let options = PlanOptions::default();
    let mut plan = |from, to| compiler.ty(whole.0.into(), from, to, &options, &mut diags).unwrap();
    let (same, there) = (plan(Encoding::Json, Encoding::Json), plan(Encoding::Protobuf, Encoding::Record));
    let (plans, mut scratch, mut out) = (compiler.finish(), Scratch::new(1), Vec::new());
    let mut told = |plan, input: &[u8]| {
        let refusal = plans.transcode(plan, input, &mut out, &mut scratch).err();
        refusal.map(|refusal| format!("{} {}", refusal.violations[0].path, refusal.violations[0].rule))
    };
    let json = r#"{"header":{"id":"","kind":"N","counts":{"lineCount":1}},"lines":["a"],"area":7,"tail":""}"#;
    assert_eq!(told(same, json.as_bytes()), None);
    let wrong = json.replace(":1}", ":2}");
    assert_eq!(told(same, wrong.as_bytes()).as_deref(), Some("/header/counts/lineCount const"));
    // The count is the last field of the innermost message.
    let at = message.windows(4).position(|part| part == [0x1a, 2, 8, 2]).unwrap();
    let mut wrong = message.clone();
    wrong[at + 3] = 3;
    assert_eq!(told(there, &wrong).as_deref(), Some("/header/counts/lineCount const"));
}
