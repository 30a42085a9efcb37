//! Rebuilds the crate when a file of an embedded pack is added, changed or taken away.

fn main() {
    println!("cargo::rerun-if-changed=packs");
}
