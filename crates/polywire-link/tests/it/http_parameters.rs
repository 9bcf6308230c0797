//! Parameters in every style: read, and written so that they are read as the same.

use std::sync::{Arc, Mutex, mpsc};

use polywire_call::{Exchange, Input, LinkOptions};
use polywire_contract::{BodyBinding, Contract, Place, Segment, Style};
use polywire_wire::Param;

use crate::support::{
    Answers, Builder, answer, exchange, field, get, listen, literal, open, param, query, raw, status,
};

/// One operation with a parameter of each kind; the slots are in this order.
fn contract() -> Contract {
    let mut b = Builder::new();
    let (text, texts) = (b.text, b.texts);
    let filter = b.record(&[("color", text), ("sizes", texts)]);
    let path = vec![
        literal("x"),
        field(0),
        field(1),
        field(2),
        Segment::Field { prefix: "v".into(), field: vec![3], suffix: "!".into() },
    ];
    let fields = [
        ("simple", texts, Place::Path { style: Style::Simple, explode: false }),
        ("label", texts, Place::Path { style: Style::Label, explode: true }),
        ("matrix", texts, Place::Path { style: Style::Matrix, explode: false }),
        ("affixed", text, Place::Path { style: Style::Simple, explode: false }),
        ("one", text, query(Style::Form, true)),
        ("many", texts, query(Style::Form, true)),
        ("commas", texts, query(Style::Form, false)),
        ("spaces", texts, query(Style::SpaceDelimited, false)),
        ("pipes", texts, query(Style::PipeDelimited, false)),
        ("filter", filter, query(Style::DeepObject, true)),
        ("page", filter, query(Style::Dotted, true)),
        ("X-Groups", texts, Place::Header { explode: false }),
        ("session", text, Place::Cookie { style: Style::Form, explode: true }),
    ];
    b.operation("all", "GET", path, &fields, BodyBinding::None);
    b.contract
}

fn required() -> Vec<Param> {
    vec![param(0, "s"), param(1, "l"), param(2, "m"), param(3, "a")]
}

/// What a listener reads of a request: parameters and the target.
async fn read(request: &str, headers: &str) -> Vec<Param> {
    let (send, seen) = mpsc::channel();
    let send = Mutex::new(send);
    let server = listen(
        contract(),
        Answers(move |exchange: &mut Exchange| {
            send.lock().unwrap().send(exchange.input.params.clone()).unwrap();
            answer(200, "")
        }),
    );
    let answer = get(server.address, request, headers).await;
    assert_eq!(status(&answer), 200, "{request}: {answer}");
    seen.recv().unwrap()
}

async fn check(query: &str, headers: &str, expected: &[(u16, &str)]) {
    let params = read(&format!("GET /x/s/.l/;matrix=m/va!?{query}"), headers).await;
    let expected: Vec<Param> =
        required().into_iter().chain(expected.iter().map(|(s, t)| param(*s, t))).collect();
    assert_eq!(params, expected, "{query} {headers}");
}

#[tokio::test]
async fn queries_are_read_by_their_style() {
    check("", "", &[]).await;
    check("one=1&unknown=2&&one", "", &[(4, "1"), (4, "")]).await;
    check("many=a&many=b,c&many=", "", &[(5, "a"), (5, "b,c"), (5, "")]).await;
    check("commas=a,b%2Cc,%20", "", &[(6, "a"), (6, "b,c"), (6, " ")]).await;
    check("spaces=a%20b+c%2Bd", "", &[(7, "a"), (7, "b"), (7, "c+d")]).await;
    check("pipes=a|b%7Cc", "", &[(8, "a"), (8, "b"), (8, "c")]).await;
    check("filter[color]=a&filter%5Bsizes%5D=1&filter[sizes]=2", "", &[(9, "a"), (10, "1"), (10, "2")]).await;
    check("page.color=a=b&page.sizes=1", "", &[(11, "a=b"), (12, "1")]).await;
}

#[tokio::test]
async fn header_fields_and_cookies_are_read() {
    check("", "x-groups: a, b\r\nX-Groups: c\r\n", &[(13, "a"), (13, "b"), (13, "c")]).await;
    check("", "cookie: other=1; session=a%20b; x\r\n", &[(14, "a b")]).await;
}

#[tokio::test]
async fn a_path_is_read_by_its_style() {
    let params = read("GET /x/a,b%2C%2F/.1.2/;matrix=3,4/v%2F!", "").await;
    let expected = [(0, "a"), (0, "b,/"), (1, "1"), (1, "2"), (2, "3"), (2, "4"), (3, "/")];
    assert_eq!(params, expected.map(|(slot, text)| param(slot, text)));
}

/// Whatever stands in parameters comes out on the other side of the wire as the same.
#[tokio::test]
async fn what_is_written_is_read_as_the_same() {
    let (send, seen) = mpsc::channel();
    let send = Mutex::new(send);
    let server = listen(
        contract(),
        Answers(move |exchange: &mut Exchange| {
            send.lock().unwrap().send(exchange.input.params.clone()).unwrap();
            answer(200, "")
        }),
    );
    let target = open(&format!("http://{}", server.address), &LinkOptions::default());
    let contract = Arc::new(contract());
    let pieces = ["a", "ü€𝄞", "a b", "+", "%", "%2F", "&=?#", "/", "a.b", "[x]", "~!*'()", "\"<>\\^`{}"];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for _ in 0..200 {
        let mut params = Vec::new();
        for slot in 0..15_u16 {
            let list = !matches!(slot, 3 | 4 | 9 | 11 | 14);
            let least = usize::from(slot < 4);
            let count = if list { least + random(3) } else { least.max(random(2)) };
            for _ in 0..count {
                let plain = slot == 13;
                let mut text = String::new();
                for _ in 0..1 + random(3) {
                    text.push_str(if plain { ["a", "b-c"][random(2)] } else { pieces[random(pieces.len())] });
                }
                // In these two styles an item cannot contain the separator.
                let text = if slot == 7 { text.replace(' ', "_") } else { text };
                params.push(param(slot, &text));
            }
        }
        let mut exchange = exchange(&contract, "all", Input { params: params.clone(), ..Input::default() });
        target.call(&mut exchange).await.unwrap();
        assert_eq!(seen.recv().unwrap(), params);
    }
}

#[tokio::test]
async fn what_a_style_cannot_say_is_not_sent() {
    let server = listen(contract(), Answers(|_: &mut Exchange| answer(200, "")));
    let target = open(&format!("http://{}", server.address), &LinkOptions::default());
    for (slot, text) in [(7, "a b"), (8, "a|b"), (13, "line\nbreak"), (13, "nul\0")] {
        let params = required().into_iter().chain([param(slot, text)]).collect();
        let mut exchange = exchange(&Arc::new(contract()), "all", Input { params, ..Input::default() });
        let fault = target.call(&mut exchange).await.unwrap_err();
        assert_eq!((fault.kind, fault.unsent), (polywire_call::FaultKind::Unsupported, true), "{text}");
    }
}

#[tokio::test]
async fn a_path_cannot_be_left() {
    let contract = Arc::new(crate::support::contract());
    let target = open("http://127.0.0.1:1", &LinkOptions::default());
    for text in ["", ".", ".."] {
        let input = Input { params: vec![param(0, text)], ..Input::default() };
        let fault = target.call(&mut exchange(&contract, "getUser", input)).await.unwrap_err();
        // The connection is refused first where there is nobody; both mean that nothing was sent.
        assert!(fault.unsent, "{fault}");
    }
    let server = listen(crate::support::contract(), Answers(|_: &mut Exchange| answer(200, "")));
    let target = open(&format!("http://{}", server.address), &LinkOptions::default());
    for (operation, text) in [("getUser", ""), ("getUser", ".."), ("files", "a/../b"), ("files", "../x")] {
        let input = Input { params: vec![param(0, text)], ..Input::default() };
        let fault = target.call(&mut exchange(&contract, operation, input)).await.unwrap_err();
        assert_eq!(fault.kind, polywire_call::FaultKind::Unsupported, "{text}");
    }
    let answer = raw(server.address, "GET /files/a HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert_eq!(status(&answer), 200);
}
