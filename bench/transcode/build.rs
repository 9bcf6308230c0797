//! Makes the rivals' code from `order.proto`: messages by prost, their JSON by pbjson, descriptors for prost-reflect.

use std::error::Error;
use std::path::{Path, PathBuf};

use prost::Message;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};

/// The contract's import; the reader's own copy serves the rivals too.
const VALIDATE: &str = "buf/validate/validate.proto";
const VALIDATE_FILE: &str = "../../crates/polywire-read/src/protobuf/builtin/validate.proto";

/// Finds [`VALIDATE`] where it lies in this repository.
struct Validate;

impl FileResolver for Validate {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == VALIDATE { File::open(name, Path::new(VALIDATE_FILE)) } else { Err(protox::Error::file_not_found(name)) }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let mut resolver = ChainFileResolver::new();
    resolver.add(IncludeFileResolver::new(PathBuf::from("proto")));
    resolver.add(Validate);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("order.proto")?;

    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let bytes = compiler.encode_file_descriptor_set();
    std::fs::write(out.join("descriptors.bin"), &bytes)?;
    let set = compiler.file_descriptor_set();
    pbjson_build::Builder::new().register_descriptors(&set.encode_to_vec())?.build(&[".bench.v1"])?;
    prost_build::Config::new()
        .compile_well_known_types()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_fds(set)?;
    Ok(())
}
