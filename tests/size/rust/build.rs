//! The messages of the .proto file that ECHO_PROTO names.

use std::env;
use std::path::Path;

fn main() {
    let proto = env::var("ECHO_PROTO").unwrap();

    println!("cargo:rerun-if-env-changed=ECHO_PROTO");
    println!("cargo:rerun-if-changed={}", proto);
    protobuf_codegen_pure::Codegen::new()
        .out_dir(env::var_os("OUT_DIR").unwrap())
        .input(&proto)
        .include(Path::new(&proto).parent().unwrap())
        .run()
        .unwrap();
}
