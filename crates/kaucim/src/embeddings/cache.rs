//! The vectors of passages in a file that can always be made anew: by what they are of, for one
//! model, checked as a whole when it is read.
//!
//! The file has a mark, a version of its form, the identity of the model, the dimension and the
//! count; then for each vector the hash of its text, its scale and its values; then a hash over all
//! of that. Numbers are little-endian.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

use kaucim_decks::Vector;
use sha2::{Digest, Sha256};

/// What the file begins with; another form gets another mark.
const MARK: &[u8; 8] = b"kaucimv1";

/// A file of more bytes is not read: a million vectors of a thousand dimensions.
const MOST_BYTES: u64 = 1 << 30;

/// Bytes of the hash at the end.
const SEAL: usize = 32;

/// What a text is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hash([u8; 16]);

/// Vectors by the hash of their text, all of one dimension.
#[derive(Debug, Clone, Default)]
pub(super) struct Cache {
    vectors: BTreeMap<Hash, Vector>,
}

impl Hash {
    pub(super) fn of(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        Self(first)
    }
}

impl Cache {
    /// Reads the vectors of a model; none where there is no file, or it is damaged, or of another
    /// model.
    pub(super) fn read(file: &Path, identity: &str) -> Self {
        let bytes = match bytes(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not read the vectors in {}; they are made anew",
                    file.display()
                );
                return Self::default();
            }
        };
        let read = content(&bytes).map(|content| decode(content, identity));
        match read {
            Some(Some(cache)) => cache,
            // Another model's.
            Some(None) => Self::default(),
            None => {
                tracing::warn!(
                    "the vectors in {} are damaged; they are made anew",
                    file.display()
                );
                Self::default()
            }
        }
    }

    /// Writes the vectors beside the file first, so that it is never half written.
    pub(super) fn write(&self, file: &Path, identity: &str) -> io::Result<()> {
        let beside = file.with_added_extension("part");
        let mut written = File::create(&beside)?;
        written.write_all(&self.encode(identity))?;
        written.sync_all()?;
        drop(written);
        fs::rename(&beside, file)
    }

    pub(super) fn len(&self) -> usize {
        self.vectors.len()
    }

    pub(super) fn has(&self, hash: &Hash) -> bool {
        self.vectors.contains_key(hash)
    }

    pub(super) fn vector(&self, hash: &Hash) -> Option<&Vector> {
        self.vectors.get(hash)
    }

    /// Takes a vector in. When a model turns to another dimension, all that it made before goes.
    pub(super) fn put(&mut self, hash: Hash, vector: Vector) {
        let first = self.vectors.values().next();
        if first.is_some_and(|one| one.values().len() != vector.values().len()) {
            self.vectors.clear();
        }
        self.vectors.insert(hash, vector);
    }

    /// Forgets what is not needed.
    pub(super) fn keep_only(&mut self, needed: impl Iterator<Item = Hash>) {
        let needed: BTreeSet<_> = needed.collect();
        self.vectors.retain(|hash, _| needed.contains(hash));
    }

    fn encode(&self, identity: &str) -> Vec<u8> {
        let dimension = self.vectors.values().next();
        let dimension = dimension.map_or(0, |vector| vector.values().len());
        let mut bytes = MARK.to_vec();
        for number in [identity.len(), dimension, self.vectors.len()] {
            let number = u32::try_from(number).expect("no deck comes near four billion");
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(identity.as_bytes());
        for (hash, vector) in &self.vectors {
            bytes.extend_from_slice(&hash.0);
            bytes.extend_from_slice(&vector.scale().to_le_bytes());
            bytes.extend(vector.values().iter().map(|value| value.cast_unsigned()));
        }
        let seal = Sha256::digest(&bytes);
        bytes.extend_from_slice(&seal);
        bytes
    }
}

fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(file)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is too large"));
    }
    Ok(bytes)
}

/// What stands between the mark and the seal; `None` if either is not right.
fn content(bytes: &[u8]) -> Option<&[u8]> {
    let (sealed, seal) = bytes.split_at_checked(bytes.len().checked_sub(SEAL)?)?;
    if Sha256::digest(sealed).as_slice() != seal {
        return None;
    }
    sealed.strip_prefix(MARK)
}

/// The vectors of that model; `None` if they are another's, or none at all.
fn decode(content: &[u8], identity: &str) -> Option<Cache> {
    let (name_length, rest) = number(content)?;
    let (dimension, rest) = number(rest)?;
    let (count, rest) = number(rest)?;
    let (name, mut rest) = rest.split_at_checked(name_length)?;
    if name != identity.as_bytes() {
        return None;
    }
    let mut cache = Cache::default();
    for _ in 0..count {
        let (hash, after) = rest.split_first_chunk::<16>()?;
        let (scale, after) = after.split_first_chunk::<4>()?;
        let (values, after) = after.split_at_checked(dimension)?;
        let values = values.iter().map(|value| value.cast_signed()).collect();
        let vector = Vector::from_parts(f32::from_le_bytes(*scale), values)?;
        cache.vectors.insert(Hash(*hash), vector);
        rest = after;
    }
    rest.is_empty().then_some(cache)
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;

    fn cache() -> Cache {
        let mut cache = Cache::default();
        for (text, values) in [("moon", [1.0, -2.0, 0.5]), ("boat", [0.1, 0.2, 0.3])] {
            let vector = Vector::new(&values).expect("it has a direction");
            cache.put(Hash::of(text), vector);
        }
        cache
    }

    #[test]
    fn vectors_come_back_for_the_model_that_made_them() {
        let folder = tempdir().expect("a folder");
        let file = folder.path().join("vectors.bin");
        assert_eq!(Cache::read(&file, "a").len(), 0, "no file is no fault");
        cache().write(&file, "a").expect("it can be written");
        assert_eq!(Cache::read(&file, "a").vectors, cache().vectors);
        assert_eq!(Cache::read(&file, "b").len(), 0);
        Cache::default()
            .write(&file, "a")
            .expect("it can be written");
        assert_eq!(Cache::read(&file, "a").len(), 0);
    }

    #[test]
    fn a_file_that_was_touched_anywhere_is_as_good_as_none() {
        let folder = tempdir().expect("a folder");
        let file = folder.path().join("vectors.bin");
        let good = cache().encode("a");
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            fs::write(&file, &bad).expect("it can be written");
            assert_eq!(Cache::read(&file, "a").len(), 0, "byte {at}");
            fs::write(&file, &good[..at]).expect("it can be written");
            assert_eq!(Cache::read(&file, "a").len(), 0, "cut at {at}");
        }
    }

    #[test]
    fn a_model_of_another_dimension_begins_anew() {
        let mut cache = cache();
        let vector = Vector::new(&[1.0, 0.0]).expect("it has a direction");
        cache.put(Hash::of("lamp"), vector);
        assert_eq!(cache.len(), 1);
        cache.keep_only([Hash::of("moon")].into_iter());
        assert_eq!(cache.len(), 0);
    }
}
