//! Writes the table of Traditional characters and their Simplified ones, so that the program holds
//! some four thousand pairs instead of the whole dictionary they are taken from.

use std::{collections::HashSet, env, error::Error, fs, path::Path};

use character_converter::traditional_to_simplified;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
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
    let pairs: Vec<_> = pairs
        .into_iter()
        .filter(|pair| !targets.contains(&pair.0))
        .collect();
    let folder = env::var_os("OUT_DIR").ok_or("cargo names no folder to write to")?;
    let table = format!(
        "/// Sorted by the first.\nstatic SIMPLIFIED: [(char, char); {}] = {pairs:?};\n",
        pairs.len()
    );
    fs::write(Path::new(&folder).join("simplified.rs"), table)?;
    Ok(())
}
