//! Finds the real sets, which are never copied into the repository.

use std::{env, path::PathBuf};

/// The folder of the six crawled sets; `None`, with a note, where they are not at hand.
///
/// Panics where they are absent although `CI=true`, so that CI cannot skip these tests unseen.
pub(crate) fn divine_whispers() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("../shared/corpora/divine-whispers");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{} is absent",
        folder.display()
    );
    eprintln!("skipped: {} is absent", folder.display());
    None
}
