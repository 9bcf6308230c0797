//! What travels: a request body of 1 KB that keeps the contract, and a user as the components answer it.

use prost::Message as _;

/// A new user of about 1 KB.
pub(crate) fn new_user() -> String {
    let address = |number: u32| {
        format!(
            r#"{{"street":"{number} Rue de la Paix","city":"Montreal","zip":"H2X 1Y{}","country":"CA"}}"#,
            number % 10
        )
    };
    let addresses: Vec<String> = (11..18).map(address).collect();
    let bio = "Writes contracts before code and reads both; keeps bees. ".repeat(6);
    format!(
        r#"{{"name":"Ada Example","email":"ada@example.org","roles":["reader","author","reviewer"],"addresses":[{}],"bio":"{}"}}"#,
        addresses.join(","),
        bio.trim_end(),
    )
}

const BIO: &str = "Keeps bees, and writes contracts before code.";

/// A user in JSON, about 200 bytes.
pub(crate) fn user_json() -> String {
    format!(
        r#"{{"id":1,"name":"Ada Example","email":"ada@example.org","created":"2026-11-20T09:17:30.250Z","bio":"{BIO}"}}"#
    )
}

/// The same user as a framed gRPC message.
pub(crate) fn user_frame() -> Vec<u8> {
    let created = Timestamp { seconds: 1_795_166_250, nanos: 250_000_000 };
    let user = User {
        id: 1,
        name: "Ada Example".into(),
        email: "ada@example.org".into(),
        created: Some(created),
        bio: BIO.into(),
    };
    let message = user.encode_to_vec();
    let mut frame = vec![0];
    frame.extend_from_slice(&(message.len() as u32).to_be_bytes());
    frame.extend_from_slice(&message);
    frame
}

/// `bench.users.v1.User`
#[derive(Clone, PartialEq, prost::Message)]
struct User {
    #[prost(int64, tag = "1")]
    id: i64,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    email: String,
    #[prost(message, optional, tag = "4")]
    created: Option<Timestamp>,
    #[prost(string, tag = "5")]
    bio: String,
}

/// `google.protobuf.Timestamp`
#[derive(Clone, Copy, PartialEq, prost::Message)]
struct Timestamp {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}
