//! The model as files: contracts in other formats now, code later.
//!
//! Must never: write to disk, know a transport, read a contract.
