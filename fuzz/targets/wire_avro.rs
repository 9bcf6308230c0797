#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| polywire_fuzz::wire_avro(bytes));
