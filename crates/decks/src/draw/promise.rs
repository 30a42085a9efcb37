//! The draw that anyone can verify: a promise first, then the asker's word, then the number.
//!
//! Whoever holds the cylinder chooses a secret and gives away its commitment. The asker answers
//! with a nonce. The number follows from both, so neither side can have chosen it: the secret was
//! fixed before the nonce was known, and the nonce before the secret was. HMAC and SHA-256 are
//! those of RFC 2104 and FIPS 180-4. The encodings are part of the public contract and are written
//! down in `docs/api.md` with test vectors.

use std::{fmt, fmt::Write, num::NonZeroU32, str::FromStr};

use hmac::{Hmac, KeyInit, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{system, uniform};

/// What each hash is of; no other use of the same secret can be mistaken for it.
const COMMITMENT: &[u8] = b"kaucim draw commitment 1\n";
const NUMBER: &[u8] = b"kaucim draw number 1\n";

/// What is chosen before the asker says anything, and shown after; 256 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Secret([u8; 32]);

/// Fixes a secret, and what is drawn from, without giving the secret away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Commitment([u8; 32]);

/// The asker's part: any text of 1 to 128 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Nonce(String);

/// What is drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub deck_id: String,
    /// Of the deck's content.
    pub version: String,
    /// Numbers run from 1 to this.
    pub count: NonZeroU32,
}

/// A draw that was revealed: all that anyone needs to check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// What was promised before the nonce was known.
    pub commitment: Commitment,
    pub secret: Secret,
    pub nonce: Nonce,
    pub deck_id: String,
    pub version: String,
    pub count: NonZeroU32,
    pub number: u32,
}

/// The text is none of a draw's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableError {
    #[error("64 hexadecimal digits are wanted")]
    NotHexadecimal,
    #[error("a nonce has 1 to {max} bytes", max = Nonce::MAX_BYTES)]
    NonceLength,
}

/// What does not hold of a draw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("the commitment of this secret, deck, version and count is {0}")]
    Commitment(Commitment),
    #[error("the number of this secret and nonce is {0}")]
    Number(u32),
}

impl Secret {
    /// A new one from the operating system's randomness.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        system(&mut bytes);
        Self(bytes)
    }

    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Nonce {
    pub const MAX_BYTES: usize = 128;

    /// Checks the length; any text counts as it is.
    pub fn new(text: String) -> Result<Self, UnreadableError> {
        if (1..=Self::MAX_BYTES).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(UnreadableError::NonceLength)
        }
    }

    /// Chosen by nobody, where the asker adds nothing of their own.
    pub fn random() -> Self {
        Self(hexadecimal(&Secret::random().0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Terms {
    /// What is promised before the asker's nonce is known.
    pub fn commitment(&self, secret: &Secret) -> Commitment {
        let mut hash = Sha256::new();
        hash.update(COMMITMENT);
        hash.update(secret.0);
        for text in [&self.deck_id, &self.version] {
            hash.update(length(text));
            hash.update(text);
        }
        hash.update(self.count.get().to_be_bytes());
        Commitment(hash.finalize().into())
    }

    /// The number that a secret and a nonce come to, each equally likely.
    pub fn number(&self, secret: &Secret, nonce: &Nonce) -> u32 {
        let keyed = Hmac::<Sha256>::new_from_slice(&secret.0).expect("a key of any length");
        let keyed = keyed.chain_update(NUMBER).chain_update(&nonce.0);
        let mut counter = 0_u32;
        uniform(self.count, |bytes| {
            let block = keyed.clone().chain_update(counter.to_be_bytes());
            let block = block.finalize().into_bytes();
            bytes.copy_from_slice(&block[..bytes.len()]);
            counter = counter.wrapping_add(1);
        })
    }

    /// The whole draw.
    pub fn proof(self, secret: Secret, nonce: Nonce) -> Proof {
        Proof {
            commitment: self.commitment(&secret),
            number: self.number(&secret, &nonce),
            secret,
            nonce,
            deck_id: self.deck_id,
            version: self.version,
            count: self.count,
        }
    }
}

impl Proof {
    /// Whether the commitment is that of the secret, and the number that of both.
    pub fn verify(&self) -> Result<(), ProofError> {
        let terms = Terms {
            deck_id: self.deck_id.clone(),
            version: self.version.clone(),
            count: self.count,
        };
        let commitment = terms.commitment(&self.secret);
        if commitment != self.commitment {
            return Err(ProofError::Commitment(commitment));
        }
        let number = terms.number(&self.secret, &self.nonce);
        if number != self.number {
            return Err(ProofError::Number(number));
        }
        Ok(())
    }
}

/// In front of a text, so that no two texts can be cut in another place.
fn length(text: &str) -> [u8; 4] {
    u32::try_from(text.len())
        .expect("names of decks are short")
        .to_be_bytes()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.0))
    }
}

impl FromStr for Commitment {
    type Err = UnreadableError;

    fn from_str(text: &str) -> Result<Self, UnreadableError> {
        bytes(text).map(Self)
    }
}

impl FromStr for Secret {
    type Err = UnreadableError;

    fn from_str(text: &str) -> Result<Self, UnreadableError> {
        bytes(text).map(Self)
    }
}

impl TryFrom<String> for Commitment {
    type Error = UnreadableError;

    fn try_from(text: String) -> Result<Self, UnreadableError> {
        text.parse()
    }
}

impl TryFrom<String> for Secret {
    type Error = UnreadableError;

    fn try_from(text: String) -> Result<Self, UnreadableError> {
        text.parse()
    }
}

impl TryFrom<String> for Nonce {
    type Error = UnreadableError;

    fn try_from(text: String) -> Result<Self, UnreadableError> {
        Self::new(text)
    }
}

impl From<Commitment> for String {
    fn from(commitment: Commitment) -> Self {
        hexadecimal(&commitment.0)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        hexadecimal(&secret.0)
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> Self {
        nonce.0
    }
}

fn hexadecimal(bytes: &[u8; 32]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all that is written");
        text
    })
}

fn bytes(text: &str) -> Result<[u8; 32], UnreadableError> {
    let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.len() != 64 || !is_hexadecimal {
        return Err(UnreadableError::NotHexadecimal);
    }
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16)
            .expect("two hexadecimal digits");
    }
    Ok(bytes)
}
