//! Measures how long searches and retrievals take among 100,000 passages, by words and by meaning:
//! `cargo run --release -p kaucim-decks --example search_speed`.
#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

use std::{
    fmt::Write,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use kaucim_decks::{Deck, Language, Library, Query, Vector};

const LOTS: u32 = 10_000;
const PASSAGES: usize = 100_000;
const DIMENSIONS: usize = 256;
const QUESTIONS: usize = 1000;

/// The topics that each lot has a verdict on: with verse, two commentaries and a story, ten
/// passages.
const TOPICS: [&str; 6] = ["love", "career", "study", "wealth", "health", "general"];

/// Numbers that follow from a seed: a linear congruential generator (Knuth's constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Characters as texts have them: few are common, many are rare.
    fn text(&mut self, characters: usize) -> String {
        let character = |numbers: &mut Self| {
            let rank = numbers
                .below(2000)
                .min(numbers.below(2000))
                .min(numbers.below(2000));
            char::from_u32(0x5000 + u32::try_from(rank).unwrap_or_default()).unwrap_or('一')
        };
        (0..characters).map(|_| character(self)).collect()
    }

    fn vector(&mut self) -> Option<Vector> {
        let value = |numbers: &mut Self| numbers.below(2001) as f32 / 1000.0 - 1.0;
        let values: Vec<_> = (0..DIMENSIONS).map(|_| value(self)).collect();
        Vector::new(&values)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut numbers = Numbers(1);
    write_pack(&folder.path().join("many"), &mut numbers)?;
    let before = resident_mb();
    let began = Instant::now();
    let (library, faults) = Library::open(folder.path());
    if let Some(fault) = faults.first() {
        return Err(fault.to_string().into());
    }
    let deck = library.deck("mazu", Some("many"))?;
    let (_, passages) = deck.embedded();
    println!(
        "{passages} passages, read and indexed in {:.1} s, {:.0} bytes each",
        began.elapsed().as_secs_f64(),
        (resident_mb() - before) * 1e6 / passages as f64
    );
    if passages != PASSAGES {
        return Err(format!("{passages} passages, not {PASSAGES}").into());
    }
    measure("by words", &library, &deck, &mut numbers, false);
    let before = resident_mb();
    deck.embed((0..passages).map(|_| numbers.vector()).collect());
    println!(
        "vectors of {DIMENSIONS} dimensions, {:.0} bytes a passage",
        (resident_mb() - before) * 1e6 / passages as f64
    );
    measure("by words and meaning", &library, &deck, &mut numbers, true);
    Ok(())
}

fn measure(name: &str, library: &Library, deck: &Deck, numbers: &mut Numbers, by_meaning: bool) {
    let mut searches = Vec::with_capacity(QUESTIONS);
    let mut retrievals = Vec::with_capacity(QUESTIONS);
    for at in 0..QUESTIONS {
        let topic = ["工作", "姻緣", "考試", "運氣"][at % 4];
        let length = [2, 6, 12, 30][at / 4 % 4];
        let text = format!("{topic}{}", numbers.text(length));
        let vector = numbers.vector();
        let query = Query {
            vector: vector.as_ref().filter(|_| by_meaning),
            ..Query::from(&text)
        };
        let began = Instant::now();
        let found = library.search(query, Some("mazu"), 20);
        searches.push(began.elapsed());
        assert!(!found.is_empty(), "{text}");
        let number = 1 + u32::try_from(at).unwrap_or_default() % LOTS;
        let began = Instant::now();
        let sources = deck.retrieve(number, query, Language::Zh, 6);
        retrievals.push(began.elapsed());
        assert_eq!(sources.len(), 6);
    }
    for (what, times) in [("search", searches), ("retrieve", retrievals)] {
        println!("{name}, {what}: {}", percentiles(times));
    }
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let ms = |percent| at(percent).as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p99 {:.2} ms", ms(50), ms(99))
}

/// What the process holds, in MB; 0 where the system does not say.
fn resident_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1000.0
}

fn write_pack(folder: &Path, numbers: &mut Numbers) -> std::io::Result<()> {
    let lots = folder.join("lots");
    fs::create_dir_all(&lots)?;
    let deck = format!(
        "format = 1\nid = \"many\"\ndeity = \"mazu\"\nedition = \"generated\"\n\
         source = \"generated\"\nlicence = \"CC0-1.0\"\ncount = {LOTS}\nlanguage = \"zh\"\n\
         blocks = \"none\"\nredraw = \"always\"\n[deity_name]\nzh = \"媽祖\"\n[name]\nzh = \"多籤\"\n"
    );
    fs::write(folder.join("deck.toml"), deck)?;
    for number in 1..=LOTS {
        let mut lot = format!(
            "number = {number}\ntitle = \"{}\"\nverse = [\"{}\", \"{}\"]\n",
            numbers.text(6),
            numbers.text(14),
            numbers.text(14)
        );
        for kind in ["meaning", "advice"] {
            // Writing into a string cannot fail.
            let _ = write!(
                lot,
                "[[commentary]]\nkind = \"{kind}\"\nprovenance = \"written\"\nzh = \"{}。\"\n",
                numbers.text(100)
            );
        }
        let _ = write!(
            lot,
            "[[allusion]]\nprovenance = \"written\"\ntitle = {{ zh = \"{}\" }}\nzh = \"{}。\"\n",
            numbers.text(5),
            numbers.text(150)
        );
        for topic in TOPICS {
            let _ = write!(lot, "[topics.{topic}]\nzh = \"{}。\"\n", numbers.text(20));
        }
        fs::write(lots.join(format!("{number:05}.toml")), lot)?;
    }
    Ok(())
}
