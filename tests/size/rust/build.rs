//! The messages of the .proto file that ECHO_PROTO names, as a module of their own.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let proto = env::var("ECHO_PROTO").unwrap();

    println!("cargo:rerun-if-env-changed=ECHO_PROTO");
    println!("cargo:rerun-if-changed={}", proto);
    protobuf_codegen_pure::Codegen::new()
        .out_dir(&out)
        .input(&proto)
        .include(Path::new(&proto).parent().unwrap())
        .run()
        .unwrap();
    fs::write(out.join("mod.rs"), "pub mod echo;\n").unwrap();
}
