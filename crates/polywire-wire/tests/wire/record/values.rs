//! Single items: what their places hold, and what they do not.

use polywire_contract::{CobolKind, CobolPage, CobolSign, CobolUsage, Extra, Float, Int, Shape};

use super::book::{Book, Item, Ways, comp, number};

/// One item alone, in a record of its own.
fn holder(make: impl FnOnce(&mut Book) -> Item, page: CobolPage) -> Ways {
    let mut book = Book::default();
    let item = make(&mut book);
    let whole = book.group(&[("v!", item)], Extra::Closed);
    book.done(whole, page)
}

/// Values of one item: the same both ways, or what is wrong with them.
#[track_caller]
fn values(make: impl FnOnce(&mut Book) -> Item, page: CobolPage, cases: &[(&str, Result<&[u8], &str>)]) {
    let mut ways = holder(make, page);
    for (value, expected) in cases {
        let json = format!("{{\"v\":{value}}}");
        match expected {
            Ok(bytes) => ways.same(&json, bytes),
            Err(told) => assert_eq!(ways.record(&json), Err(told.to_string()), "{json}"),
        }
    }
}

#[test]
fn text_is_what_its_page_holds() {
    let cases: &[(&str, Result<&[u8], &str>)] = &[
        (r#""é€""#, Ok(&[0x51, 0x9f, 0x40, 0x40])),
        (r#""""#, Ok(&[0x40; 4])),
        (r#"" a""#, Ok(&[0x40, 0x81, 0x40, 0x40])),
        (r#""abcde""#, Err("/v maxLength")),
        (r#""日""#, Err("/v format")),
        (r#""¤""#, Err("/v format")),
        // Padding would be taken for it.
        (r#""a ""#, Err("/v format")),
        ("1", Err("/v type")),
        ("null", Err("/v type")),
    ];
    values(|book| book.text(4), CobolPage::Ebcdic1140, cases);
    values(|book| book.text(2), CobolPage::Ascii, &[(r#""ab""#, Ok(b"ab")), (r#""é""#, Err("/v format"))]);
    values(|book| book.text(2), CobolPage::Latin1, &[(r#""é""#, Ok(&[0xe9, b' ']))]);
    let right = |book: &mut Book| book.item(Shape::Text, CobolKind::Text { size: 3, right: true });
    let cases: &[(&str, Result<&[u8], &str>)] =
        &[(r#""ab""#, Ok(b" ab")), (r#""a ""#, Ok(b" a ")), (r#"" a""#, Err("/v format"))];
    values(right, CobolPage::Ascii, cases);
    let mut ways = holder(|book| book.text(2), CobolPage::Ascii);
    assert_eq!(ways.json(&[b'a', 0xe9]), "/v format");
    assert_eq!(ways.found(&[b'a', 0xe9]), ["bytes that are no text"]);
    assert_eq!(ways.json(b"\n\""), r#"{"v":"\n\""}"#);
}

#[test]
fn numbers_are_what_their_digits_hold() {
    let packed = |book: &mut Book| book.decimal(number(CobolUsage::Packed, 5, 2, CobolSign::Trailing));
    let cases: &[(&str, Result<&[u8], &str>)] = &[
        (r#""999.99""#, Ok(&[0x99, 0x99, 0x9c])),
        (r#""-0.05""#, Ok(&[0x00, 0x00, 0x5d])),
        (r#""1000.00""#, Err("/v format")),
        (r#""1.005""#, Err("/v format")),
        (r#""1e2""#, Err("/v format")),
    ];
    values(packed, CobolPage::Ebcdic037, cases);
    // The type allows more than the item holds.
    let wide = |book: &mut Book| {
        let picture = number(CobolUsage::Packed, 5, 2, CobolSign::None);
        book.item(Shape::Decimal { digits: 9, scale: 4 }, CobolKind::Number(picture))
    };
    let cases: &[(&str, Result<&[u8], &str>)] = &[
        (r#""999.99""#, Ok(&[0x99, 0x99, 0x9f])),
        (r#""1000.00""#, Err("/v maximum")),
        (r#""-0.01""#, Err("/v minimum")),
        (r#""0.001""#, Err("/v format")),
    ];
    values(wide, CobolPage::Ebcdic037, cases);
    let any = |book: &mut Book| {
        let picture = number(CobolUsage::Display, 3, 1, CobolSign::TrailingSeparate);
        book.item(Shape::Decimal { digits: 0, scale: 0 }, CobolKind::Number(picture))
    };
    let cases: &[(&str, Result<&[u8], &str>)] =
        &[(r#""-99.9""#, Ok(b"999-")), (r#""100""#, Err("/v maximum")), (r#""0.05""#, Err("/v format"))];
    values(any, CobolPage::Ascii, cases);
    let binary = |book: &mut Book| book.int(Int::I32, number(comp(2), 3, 0, CobolSign::Trailing));
    let cases: &[(&str, Result<&[u8], &str>)] = &[
        ("-999", Ok(&[0xfc, 0x19])),
        ("1000", Err("/v maximum")),
        ("-1000", Err("/v minimum")),
        ("1.5", Err("/v type")),
    ];
    values(binary, CobolPage::Ebcdic037, cases);
    let mut ways = holder(binary, CobolPage::Ascii);
    assert_eq!(ways.json(&[0x7f, 0xff]), "/v maximum");
    let whole = CobolUsage::Binary { bytes: 8, little: false, whole: true };
    let cases: &[(&str, Result<&[u8], &str>)] =
        &[("18446744073709551615", Ok(&[0xff; 8])), ("-1", Err("/v minimum"))];
    values(|book| book.int(Int::U64, number(whole, 18, 0, CobolSign::None)), CobolPage::Ascii, cases);
}

#[test]
fn floats_are_exact_decimals_of_their_item() {
    let packed = |book: &mut Book| {
        let picture = number(CobolUsage::Packed, 7, 2, CobolSign::Trailing);
        book.item(Shape::Float(Float::F64), CobolKind::Number(picture))
    };
    let cases: &[(&str, Result<&[u8], &str>)] = &[
        ("0.07", Ok(&[0x00, 0x00, 0x00, 0x7c])),
        ("-12345.67", Ok(&[0x12, 0x34, 0x56, 0x7d])),
        ("99999.99", Ok(&[0x99, 0x99, 0x99, 0x9c])),
        ("100000.0", Err("/v maximum")),
        ("0.075", Err("/v multipleOf")),
    ];
    values(packed, CobolPage::Ebcdic037, cases);
}

#[test]
fn other_values_lie_as_text_or_bytes() {
    let text = |size| CobolKind::Text { size, right: false };
    let date = |book: &mut Book| book.item(Shape::Date, text(10));
    let cases: &[(&str, Result<&[u8], &str>)] =
        &[(r#""2024-02-29""#, Ok(b"2024-02-29")), (r#""2023-02-29""#, Err("/v format"))];
    values(date, CobolPage::Ascii, cases);
    let status = |book: &mut Book| {
        let ty = book.hand.enumeration(&["new", "paid"]);
        (ty, book.hand.contract.cobol.add(text(4)))
    };
    let cases: &[(&str, Result<&[u8], &str>)] =
        &[(r#""new""#, Ok(b"new ")), (r#""paid""#, Ok(b"paid")), (r#""old""#, Err("/v enum"))];
    values(status, CobolPage::Ascii, cases);
    assert_eq!(holder(status, CobolPage::Ascii).json(b"old "), "/v enum");
    let raw = |book: &mut Book| book.item(Shape::Bytes, CobolKind::Bytes(3));
    let cases: &[(&str, Result<&[u8], &str>)] =
        &[(r#""AP8g""#, Ok(&[0x00, 0xff, 0x20])), (r#""AP8=""#, Err("/v format"))];
    values(raw, CobolPage::Ascii, cases);
    let at = |book: &mut Book| book.item(Shape::Instant, text(24));
    values(at, CobolPage::Ascii, &[(r#""2024-01-01T00:00:00.500Z""#, Ok(b"2024-01-01T00:00:00.500Z"))]);
    let mut ways = holder(at, CobolPage::Ascii);
    ways.through_protobuf(b"2024-01-01T00:00:00.500Z");
}
