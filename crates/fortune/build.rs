//! Writes two tables: Traditional characters and their Simplified ones, so that the program holds
//! some four thousand pairs instead of the whole dictionary they are taken from; and the
//! characters that only some of the languages write, as the national standards have them.

use std::{collections::HashSet, env, error::Error, fs, path::Path};

use character_converter::traditional_to_simplified;
use encoding_rs::{BIG5, EUC_JP, Encoding, GBK};

/// The characters in ordinary use, by lead and trail byte: level 1 of Big5, GB 2312 as a part of
/// GBK, and level 1 of JIS X 0208 as EUC-JP has it.
const BIG5_LEVEL_1: [[u8; 2]; 2] = [[0xa4, 0x40], [0xc6, 0x7e]];
const GB_2312: [[u8; 2]; 2] = [[0xb0, 0xa1], [0xf7, 0xfe]];
const JIS_LEVEL_1: [[u8; 2]; 2] = [[0xb0, 0xa1], [0xcf, 0xd3]];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let pairs = pairs();
    let written = written(&pairs);
    let folder = env::var_os("OUT_DIR").ok_or("cargo names no folder to write to")?;
    let table = format!(
        "/// Sorted by the first.\nstatic SIMPLIFIED: [(char, char); {}] = {pairs:?};\n",
        pairs.len()
    );
    fs::write(Path::new(&folder).join("simplified.rs"), table)?;
    let table = format!(
        "/// Sorted; who writes it in this shape: Traditional Chinese, Simplified Chinese, Japanese.\n\
         static WRITTEN: [(char, [bool; 3]); {}] = {written:?};\n",
        written.len()
    );
    fs::write(Path::new(&folder).join("written.rs"), table)?;
    Ok(())
}

fn pairs() -> Vec<(char, char)> {
    let han = ('\u{3400}'..='\u{9fff}').chain('\u{20000}'..='\u{2ffff}');
    let pairs: Vec<(char, char)> = han
        .filter_map(|traditional| {
            let simplified =
                traditional_to_simplified(traditional.encode_utf8(&mut [0; 4])).into_owned();
            let mut characters = simplified.chars();
            let only = characters.next().filter(|_| characters.next().is_none())?;
            (only != traditional).then_some((traditional, only))
        })
        .collect();
    // What is Simplified already, the dictionary takes for a rare Traditional character at times.
    let targets: HashSet<char> = pairs.iter().map(|pair| pair.1).collect();
    pairs
        .into_iter()
        .filter(|pair| !targets.contains(&pair.0))
        .collect()
}

/// The characters that tell Traditional, Simplified and Japanese apart: what both kinds of Chinese
/// write in one shape, such as 台, 里 or 面, tells nothing.
fn written(pairs: &[(char, char)]) -> Vec<(char, [bool; 3])> {
    let simplified: HashSet<char> = pairs.iter().map(|pair| pair.1).collect();
    ('\u{4e00}'..='\u{9fff}')
        .filter_map(|c| {
            let big5 = bytes(c, BIG5);
            let is_gb = within(bytes(c, GBK), GB_2312);
            let is_jis = within(bytes(c, EUC_JP), JIS_LEVEL_1);
            if within(big5, BIG5_LEVEL_1) {
                (!is_gb).then_some((c, [true, false, is_jis]))
            } else if is_gb {
                // Rare characters are the same in both; these have a Traditional shape of their own.
                simplified
                    .contains(&c)
                    .then_some((c, [false, true, is_jis]))
            } else {
                (is_jis && big5.is_none()).then_some((c, [false, false, true]))
            }
        })
        .collect()
}

fn bytes(c: char, encoding: &'static Encoding) -> Option<[u8; 2]> {
    let mut text = [0; 4];
    let (bytes, _, is_lossy) = encoding.encode(c.encode_utf8(&mut text));
    <[u8; 2]>::try_from(bytes.as_ref())
        .ok()
        .filter(|_| !is_lossy)
}

/// Whether the bytes lie in a block; what GBK has beside GB 2312 has smaller trail bytes.
fn within(bytes: Option<[u8; 2]>, [first, last]: [[u8; 2]; 2]) -> bool {
    bytes.is_some_and(|bytes| first <= bytes && bytes <= last && first[1] <= bytes[1])
}
