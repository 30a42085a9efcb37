//! How long a search takes over HTTP when a deck has a hundred thousand passages.

use std::{
    fmt::Write,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::{
    programs::{Programs, client},
    statistics::percentile,
    table::{Goal, Line},
};

/// Lots of the generated deck: as many as a deck may have, with ten passages each.
const LOTS: u32 = 10_000;

const SEARCHES: usize = 500;

const WORKERS: usize = 4;

/// Longer than any search may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The topics that each lot has a verdict on: with verse, two commentaries and a story, ten
/// passages.
const TOPICS: [&str; 6] = ["love", "career", "study", "wealth", "health", "general"];

/// Measures row L10, by words.
pub(crate) async fn measure(programs: &Programs) -> anyhow::Result<Vec<Line>> {
    let folder = tempfile::tempdir()?;
    let mut numbers = Numbers(1);
    write_pack(&folder.path().join("decks/many"), &mut numbers)?;
    let server = programs.serve(folder, None, WORKERS).await?;
    let http = client()?;
    let mut times_ms = Vec::new();
    for at in 0..SEARCHES {
        let topic = ["工作", "姻緣", "考試", "運氣"][at % 4];
        let query = format!("{topic}{}", numbers.text([2, 6, 12, 30][at / 4 % 4]));
        let asked = reqwest::Url::parse_with_params(
            &format!("{}/api/v1/search", server.url),
            [("q", query.as_str()), ("deity_id", "mazu")],
        )?;
        let asked = http.get(asked).bearer_auth(&server.key).timeout(PATIENCE);
        let began = Instant::now();
        let answer = asked.send().await?.error_for_status()?.bytes().await?;
        times_ms.push(began.elapsed().as_secs_f64() * 1000.0);
        let answer: Value = serde_json::from_slice(&answer)?;
        let found = answer["results"].as_array().context("no results")?;
        ensure!(!found.is_empty(), "nothing was found for {query}");
    }
    let memory = server.process.memory()?.now;
    server.stop().await?;
    let line = |measure, percent, goal| {
        let value = percentile(&times_ms, percent).into_iter().collect();
        Line::new("L10", measure, value).goal(goal)
    };
    Ok(vec![
        line("search by words, 100000 passages, p50, ms", 50.0, None),
        line(
            "search by words, 100000 passages, p99, ms",
            99.0,
            Some(Goal::AtMost(5.0)),
        ),
        Line::new("L10", "memory with 100000 passages, MB", vec![memory]),
    ])
}

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
            let rank = (0..3)
                .map(|_| numbers.below(2000))
                .min()
                .unwrap_or_default();
            let code = 0x5000 + u32::try_from(rank).unwrap_or_default();
            char::from_u32(code).unwrap_or('一')
        };
        (0..characters).map(|_| character(self)).collect()
    }
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
