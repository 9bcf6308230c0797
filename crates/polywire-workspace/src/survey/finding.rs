//! What the finders tell, each with the line that it rests on; nothing is joined here.

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// From the repository's root.
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// How a part of the repository makes components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its folder is a component: it has a manifest.
    Manifest,
    /// A program inside a manifest's folder; where there are several, each is a component.
    Program,
    /// One of many files without a manifest: a folder of them is a component.
    Loose(&'static str),
    /// A program's language, where no manifest tells it.
    Language,
    /// Says something of the component around it.
    Mention,
    /// Holds other components together.
    Root,
}

/// A folder and what is in it.
#[derive(Clone, Debug)]
pub struct Part {
    pub folder: String,
    pub role: Role,
    /// A language, framework or tool.
    pub what: String,
    /// What the manifest calls it.
    pub name: Option<String>,
    pub at: Place,
}

/// In a word of a command: the modules from the component's folder to the file, each with a dot behind it.
pub(crate) const MODULE: &str = "{module}";
/// In a word of a command: the folders from the component's to the file, each with a slash behind it.
pub(crate) const FOLDER: &str = "{folder}";

/// How a component gets the port on which it listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortUse {
    /// `=port` stands in the command.
    Given,
    /// The program reads `PORT`.
    Variable,
    /// Nothing says so.
    Unknown,
    /// It takes work from a queue and listens on none.
    Never,
}

/// A command that starts a component.
#[derive(Clone, Debug)]
pub struct Start {
    pub folder: String,
    pub words: Vec<String>,
    /// What has to run before, if anything.
    pub build: Vec<String>,
    pub port: PortUse,
    /// The lowest is taken.
    pub rank: u8,
    pub at: Place,
}

/// What a component is called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    Http,
    Grpc,
}

/// A sign that a component answers calls.
#[derive(Clone, Debug)]
pub struct Serves {
    pub folder: String,
    pub protocol: Protocol,
    pub by: String,
    pub at: Place,
}

/// A port on which a component listens.
#[derive(Clone, Debug)]
pub struct Port {
    pub folder: String,
    pub port: u16,
    pub at: Place,
}

/// Where a contract could come from.
#[derive(Clone, Debug)]
pub struct Export {
    pub folder: String,
    /// The library that would write it.
    pub by: String,
    pub how: String,
    pub at: Place,
}

/// A container of a compose file.
#[derive(Clone, Debug)]
pub struct Image {
    pub name: String,
    /// The folder that it is built from, if it is.
    pub folder: Option<String>,
    pub image: Option<String>,
    /// On this machine.
    pub ports: Vec<u16>,
    /// Inside of the container.
    pub inner_ports: Vec<u16>,
    pub needs: Vec<(String, Place)>,
    pub at: Place,
}

/// Something that seems to name another component.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The file's component, or the container with this name.
    pub owner: Owner,
    /// The variable, or what else it stands in.
    pub how: String,
    /// Whether `how` is a variable whose name may say who is meant.
    pub variable: bool,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub at: Place,
}

/// Whose a reference is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    Folder(String),
    Container(String),
}

/// An address that is written in source.
#[derive(Clone, Debug)]
pub struct Address {
    /// Without credentials.
    pub text: String,
    pub at: Place,
}

/// A key of a configuration and its value.
#[derive(Clone, Debug)]
pub struct Setting {
    pub key: String,
    pub value: String,
    pub at: Place,
}

/// Everything that was found, in the order of the files.
#[derive(Default)]
pub struct Findings {
    pub parts: Vec<Part>,
    pub starts: Vec<Start>,
    pub serves: Vec<Serves>,
    pub ports: Vec<Port>,
    pub exports: Vec<Export>,
    pub images: Vec<Image>,
    /// Names of Kubernetes services: hosts that mean a component.
    pub hosts: Vec<(String, Place)>,
    pub references: Vec<Reference>,
    pub addresses: Vec<Address>,
    pub settings: Vec<Setting>,
    /// Folders whose programs read `PORT`.
    pub reads_port: Vec<String>,
}

impl Findings {
    pub(crate) fn part(&mut self, folder: &str, role: Role, what: &str, at: Place) {
        self.parts.push(Part { folder: folder.into(), role, what: what.into(), name: None, at });
    }

    pub(crate) fn named(&mut self, folder: &str, role: Role, what: &str, name: Option<&str>, at: Place) {
        let name = name.map(str::to_string);
        self.parts.push(Part { folder: folder.into(), role, what: what.into(), name, at });
    }

    pub(crate) fn serves(&mut self, folder: &str, protocol: Protocol, by: &str, at: Place) {
        self.serves.push(Serves { folder: folder.into(), protocol, by: by.into(), at });
    }

    pub(crate) fn start(&mut self, folder: &str, rank: u8, port: PortUse, words: &[&str], at: Place) {
        let words = words.iter().map(|word| (*word).to_string()).collect();
        self.starts.push(Start { folder: folder.into(), words, build: Vec::new(), port, rank, at });
    }

    pub(crate) fn export(&mut self, folder: &str, by: &str, how: &str, at: Place) {
        self.exports.push(Export { folder: folder.into(), by: by.into(), how: how.into(), at });
    }

    pub(crate) fn setting(&mut self, key: &str, value: &str, at: Place) {
        self.settings.push(Setting { key: key.into(), value: value.into(), at });
    }

    /// Adds what was found in later files.
    pub fn append(&mut self, mut later: Findings) {
        self.parts.append(&mut later.parts);
        self.starts.append(&mut later.starts);
        self.serves.append(&mut later.serves);
        self.ports.append(&mut later.ports);
        self.exports.append(&mut later.exports);
        self.images.append(&mut later.images);
        self.hosts.append(&mut later.hosts);
        self.references.append(&mut later.references);
        self.addresses.append(&mut later.addresses);
        self.settings.append(&mut later.settings);
        self.reads_port.append(&mut later.reads_port);
    }
}
