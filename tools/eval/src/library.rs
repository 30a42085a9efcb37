//! What the judge knows: every lot of every deck, the names of deities, and the system prompts.

use std::{collections::BTreeSet, time::Duration};

use llmsim::Sim;
use serde_json::Value;

use crate::{
    Asker, Program, Setup, handful,
    oracle::{SECTIONS, fold},
    prompts_of,
};

/// What the judge knows of the program that it judges.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Lines of verses, folded, with the deck and the number of their lot.
    pub(crate) lines: Vec<(String, String, u64)>,
    /// Names of deities, with their ids.
    pub(crate) deities: Vec<(String, String)>,
    /// Pieces of the system prompts, folded: none may be shown.
    pub(crate) secrets: BTreeSet<String>,
}

/// So many characters of a prompt in a row are no chance: of Chinese or Japanese, of English.
pub(crate) const SECRETS: [usize; 2] = [18, 60];

impl Known {
    /// Asks the program for its decks and lots.
    ///
    /// # Errors
    /// It does not answer as the contract says.
    pub async fn of(asker: &Asker) -> anyhow::Result<Self> {
        let mut known = Self::default();
        let deities = asker.look("/api/v1/deities").await?;
        for deity in deities["deities"].as_array().into_iter().flatten() {
            let id = deity["id"].as_str().unwrap_or_default();
            for (_, name) in deity["name"].as_object().into_iter().flatten() {
                let name = name.as_str().unwrap_or_default().to_owned();
                known.deities.push((name, id.to_owned()));
            }
            for deck in deity["decks"].as_array().into_iter().flatten() {
                let deck_id = deck["deck_id"].as_str().unwrap_or_default();
                for number in 1..=deck["count"].as_u64().unwrap_or(0) {
                    let path = format!("/api/v1/deities/{id}/lots/{number}?deck_id={deck_id}");
                    known.add_lot(&asker.look(&path).await?);
                }
            }
        }
        anyhow::ensure!(!known.lines.is_empty(), "no lots were found in {deities}");
        Ok(known)
    }

    /// Likewise, of a program started for it, with the prompts that it sends in each language to
    /// the simulated model of its setup.
    ///
    /// # Errors
    /// The program does not start or does not answer.
    pub async fn learned(setup: &Setup, sim: &Sim) -> anyhow::Result<Self> {
        let program = Program::start(setup).await?;
        let asker = Asker::new(&program, Duration::from_secs(300))?;
        let mut known = Self::of(&asker).await?;
        for language in ["zh", "zh-Hans", "en", "ja"] {
            let mut case = handful()?.swap_remove(0);
            language.clone_into(&mut case.language);
            asker.read(&case, "").await?;
        }
        known.learn(prompts_of(sim));
        program.stop().await?;
        Ok(known)
    }

    fn add_lot(&mut self, lot: &Value) {
        let deck = lot["deck_id"].as_str().unwrap_or_default();
        let number = lot["number"].as_u64().unwrap_or_default();
        for line in lot["verse"].as_array().into_iter().flatten() {
            let line = fold(line.as_str().unwrap_or_default());
            self.lines.push((line, deck.to_owned(), number));
        }
    }

    /// Learns prompts that must not be shown.
    pub fn learn(&mut self, prompts: impl IntoIterator<Item = String>) {
        for prompt in prompts {
            // Names of sections are no secret; what shows them breaks another rule.
            let prompt = SECTIONS
                .iter()
                .fold(prompt, |prompt, name| prompt.replace(name, ""));
            let folded: Vec<char> = fold(&prompt).chars().collect();
            let latin = folded.iter().filter(|c| c.is_ascii()).count() * 2 > folded.len();
            let length = SECRETS[usize::from(latin)];
            let pieces = folded.windows(length).step_by(3);
            self.secrets
                .extend(pieces.map(|piece| piece.iter().collect::<String>()));
        }
    }
}
