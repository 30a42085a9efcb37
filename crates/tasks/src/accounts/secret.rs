//! Secrets: made of the system's randomness, shown once, kept as hashes.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// How much of a key is its label: the prefix and 32 bits, which leaves 224 unknown.
const LABEL_LENGTH: usize = "kc_".len() + 8;

/// 256 bits from the operating system, in hexadecimal.
pub(super) fn new_secret(prefix: &str) -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes.iter().fold(prefix.to_owned(), |mut secret, byte| {
        // Writing into a string cannot fail.
        let _ = write!(secret, "{byte:02x}");
        secret
    })
}

/// What a key is called where keys are listed.
pub(super) fn label(secret: &str) -> String {
    secret.chars().take(LABEL_LENGTH).collect()
}

/// What is kept of a secret. It has as much randomness as a hash can tell, so a slow one would add
/// nothing.
pub(super) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
