//! What a JSON Schema declares of settings: which there are, their types, defaults and descriptions. Whether a value is what
//! the schema says, it does not decide.

use polywire_contract::{Int, Literal, Member, SettingKind, words};
use polywire_syntax::{Map, Node, unescape};

/// How many schemas say something of one value; what is more, and what refers to itself, is left out.
const SCHEMAS_MAX: usize = 64;
/// How deep types within lists and maps are followed; below that anything stands.
const DEPTH_MAX: u32 = 16;

/// Domains of integers with their bounds.
const DOMAINS: &[(Int, i128, i128)] = &[
    (Int::I8, i8::MIN as i128, i8::MAX as i128),
    (Int::I16, i16::MIN as i128, i16::MAX as i128),
    (Int::I32, i32::MIN as i128, i32::MAX as i128),
    (Int::U8, 0, u8::MAX as i128),
    (Int::U16, 0, u16::MAX as i128),
    (Int::U32, 0, u32::MAX as i128),
];

/// All schemas that say something of one value: its own, what that refers to, and what both consist of.
#[derive(Clone, Debug)]
pub(super) struct Declared<'a> {
    root: &'a Node,
    /// The outermost first.
    schemas: Vec<&'a Map>,
    /// `null` is a value besides.
    nullable: bool,
    place: &'a Node,
}

impl<'a> Declared<'a> {
    /// What the whole document declares.
    pub(super) fn whole(root: &'a Node) -> Self {
        Declared::at(root, root)
    }

    fn at(root: &'a Node, node: &'a Node) -> Self {
        let mut found = Declared { root, schemas: Vec::new(), nullable: false, place: node };
        found.collect(node);
        found
    }

    fn collect(&mut self, node: &'a Node) {
        let Some(map) = node.as_map() else { return };
        let known = self.schemas.iter().any(|other| std::ptr::eq(*other, map));
        if known || self.schemas.len() >= SCHEMAS_MAX {
            return;
        }
        self.schemas.push(map);
        let reference = map.get("$ref").and_then(Node::as_text);
        if let Some(target) = reference.and_then(|text| referred(self.root, text)) {
            self.collect(target);
        }
        for part in map.get("allOf").and_then(Node::as_list).unwrap_or_default() {
            self.collect(part);
        }
        // One alternative beside `null` is the way to say that a value may be absent.
        for key in ["anyOf", "oneOf"] {
            let Some([a, b]) = map.get(key).and_then(Node::as_list) else { continue };
            let other = if is_null(a) { Some(b) } else { is_null(b).then_some(a) };
            if let Some(other) = other {
                self.nullable = true;
                self.collect(other);
            }
        }
    }

    fn first(&self, key: &str) -> Option<&'a Node> {
        self.schemas.iter().find_map(|schema| schema.get(key))
    }

    /// Where it is declared.
    pub(super) fn place(&self) -> &'a Node {
        self.place
    }

    /// The names of its members, in the order of the schema.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let mut found: Vec<&str> = Vec::new();
        for schema in &self.schemas {
            let properties = schema.get("properties").and_then(Node::as_map);
            for entry in properties.map_or(&[][..], |map| &map.entries) {
                if !found.contains(&entry.key.as_str()) {
                    found.push(&entry.key);
                }
            }
        }
        found
    }

    /// A member.
    pub(super) fn member(&self, name: &str) -> Option<Declared<'a>> {
        let mut nodes =
            self.schemas.iter().filter_map(|schema| schema.get("properties")?.as_map()?.get(name));
        let mut found = Declared::at(self.root, nodes.next()?);
        nodes.for_each(|node| found.collect(node));
        Some(found)
    }

    /// Whether a member must be there.
    pub(super) fn requires(&self, name: &str) -> bool {
        let lists = self.schemas.iter().filter_map(|schema| schema.get("required")?.as_list());
        lists.flatten().any(|required| required.as_text() == Some(name))
    }

    /// What members hold that have no names here.
    fn others(&self) -> Option<Declared<'a>> {
        let node = self.first("additionalProperties")?;
        node.as_map().map(|_| Declared::at(self.root, node))
    }

    fn items(&self) -> Option<Declared<'a>> {
        self.first("items").map(|node| Declared::at(self.root, node))
    }

    pub(super) fn default(&self) -> Option<&'a Literal> {
        self.first("default")
    }

    pub(super) fn doc(&self) -> &'a str {
        let text = self.first("description").or_else(|| self.first("title"));
        text.and_then(Node::as_text).unwrap_or_default()
    }

    /// Whether values must not stand in a file.
    pub(super) fn is_sensitive(&self) -> bool {
        let says = |key: &str| {
            self.schemas.iter().any(|schema| schema.get(key).and_then(Node::as_bool) == Some(true))
        };
        let password = |schema: &&Map| schema.get("format").and_then(Node::as_text) == Some("password");
        says("writeOnly") || says("x-sensitive") || self.schemas.iter().any(password)
    }

    /// The types that are named, `null` apart.
    fn types(&self) -> Vec<&'a str> {
        let Some(node) = self.first("type") else { return Vec::new() };
        let names = node.as_list().unwrap_or(std::slice::from_ref(node));
        names.iter().filter_map(Node::as_text).filter(|name| *name != "null").collect()
    }

    pub(super) fn is_nullable(&self) -> bool {
        let names = self.first("type").and_then(Node::as_list).unwrap_or_default();
        let among = self.first("enum").and_then(Node::as_list).unwrap_or_default();
        self.nullable
            || names.iter().any(|name| name.as_text() == Some("null"))
            || self.first("type").is_none() && among.iter().any(Node::is_null)
    }

    /// Whether its members are settings of their own.
    pub(super) fn nests(&self) -> bool {
        let types = self.types();
        (types.is_empty() || types == ["object"]) && !self.names().is_empty()
    }

    /// Whether it leaves open what stands there: the values tell more.
    pub(super) fn is_silent(&self) -> bool {
        match self.types().as_slice() {
            [] => self.kind() == SettingKind::Any,
            ["object"] => self.names().is_empty() && self.others().is_none(),
            ["array"] => self.items().is_none(),
            _ => false,
        }
    }

    /// What its values look like.
    pub(super) fn kind(&self) -> SettingKind {
        self.kind_within(DEPTH_MAX)
    }

    fn kind_within(&self, depth: u32) -> SettingKind {
        if depth == 0 {
            return SettingKind::Any;
        }
        let inner = |of: Option<Declared<'_>>| {
            Box::new(match of {
                Some(of) if of.is_nullable() => SettingKind::Nullable(Box::new(of.kind_within(depth - 1))),
                Some(of) => of.kind_within(depth - 1),
                None => SettingKind::Any,
            })
        };
        if let Some(words) = self.among() {
            return SettingKind::Choice(words);
        }
        match self.types().as_slice() {
            ["boolean"] => SettingKind::Bool,
            ["integer"] => SettingKind::Int(self.domain()),
            ["number"] | ["integer", "number"] | ["number", "integer"] => SettingKind::Float,
            ["string"] => SettingKind::Text,
            ["array"] => SettingKind::List(inner(self.items())),
            ["object"] if self.names().is_empty() => SettingKind::Map(inner(self.others())),
            ["object"] | [] if !self.names().is_empty() => {
                let member = |name: &str| Member {
                    key: name.to_owned(),
                    words: words(name),
                    kind: *inner(self.member(name)),
                    required: self.requires(name),
                };
                SettingKind::Record(self.names().into_iter().map(member).collect())
            }
            _ => SettingKind::Any,
        }
    }

    /// The texts that are allowed, where all of them are named.
    fn among(&self) -> Option<Vec<String>> {
        let constant = || self.first("const").map(std::slice::from_ref);
        let values = self.first("enum").and_then(Node::as_list).or_else(constant)?;
        let values = values.iter().filter(|value| !value.is_null());
        let words: Option<Vec<String>> = values.map(|value| value.as_text().map(str::to_owned)).collect();
        words.filter(|words| !words.is_empty())
    }

    /// The domain whose bounds the schema gives; else 64 bits, with a sign unless these do not suffice.
    fn domain(&self) -> Option<Int> {
        let bound = |key: &str| self.first(key).and_then(Node::as_number).filter(|bound| bound.is_integer());
        let bounds = (bound("minimum"), bound("maximum"));
        if let (Some(least), Some(most)) = bounds {
            let exact = DOMAINS
                .iter()
                .find(|(_, from, to)| least.0.parse() == Ok(*from) && most.0.parse() == Ok(*to));
            if let Some((domain, ..)) = exact {
                return Some(*domain);
            }
        }
        let Some(most) = bounds.1.filter(|most| most.as_i64().is_none()) else { return Some(Int::I64) };
        let natural = bounds.0.is_some_and(|least| least.as_u64().is_some());
        (natural && most.as_u64().is_some()).then_some(Int::U64)
    }
}

fn is_null(node: &Node) -> bool {
    node.as_map().and_then(|map| map.get("type")).and_then(Node::as_text) == Some("null")
}

/// What a reference within the document leads to.
fn referred<'a>(root: &'a Node, text: &str) -> Option<&'a Node> {
    let pointer = polywire_syntax::percent_decoded(text.strip_prefix('#')?);
    let mut node = root;
    for step in pointer.split('/').skip(1) {
        let step = unescape(step);
        node = match (node.as_map(), node.as_list()) {
            (Some(map), _) => map.get(&step)?,
            (_, Some(items)) => items.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(node)
}
