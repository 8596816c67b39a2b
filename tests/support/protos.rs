//! The build.rs of the tests' crates, see cargo.sh: messages for the .proto files that CRATE_PROTOS names, and a module
//! of each.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let protos = env::var("CRATE_PROTOS").unwrap();
    let mut modules = String::new();

    println!("cargo:rerun-if-env-changed=CRATE_PROTOS");
    for proto in protos.split(':').map(Path::new) {
        println!("cargo:rerun-if-changed={}", proto.display());
        protobuf_codegen_pure::Codegen::new()
            .out_dir(&out)
            .input(proto)
            .include(proto.parent().unwrap())
            .run()
            .unwrap();
        modules += &format!("pub mod {};\n", proto.file_stem().unwrap().to_str().unwrap());
    }
    fs::write(out.join("mod.rs"), modules).unwrap();
}
