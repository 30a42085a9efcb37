//! Vectors that a real model has made, from a file; none is in the repository.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write,
    fs,
    path::PathBuf,
    sync::Arc,
};

use kaucim_decks::{Deck, Vector};
use serde_json::{Value, json};

use super::questions::Question;

/// The variable that names the file: lines of `{"of": "question", "text": …, "vector": […]}`.
const FILE: &str = "KAUCIM_VECTORS";

/// Vectors by what they are of and the text.
pub(super) struct Made {
    file: PathBuf,
    vectors: BTreeMap<(String, String), Vector>,
}

impl Made {
    /// Reads the file that is named; `None` where none is.
    pub(super) fn open() -> Option<Self> {
        let file = PathBuf::from(env::var_os(FILE)?);
        let text = fs::read_to_string(&file).unwrap_or_default();
        let vectors = text.lines().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| line[key].as_str().unwrap().to_owned();
            let values = line["vector"].as_array().unwrap().iter();
            let values: Vec<_> = values.map(|one| one.as_f64().unwrap() as f32).collect();
            let vector = Vector::new(&values).unwrap();
            ((text("of"), text("text")), vector)
        });
        Some(Self {
            vectors: vectors.collect(),
            file,
        })
    }

    /// Whether all vectors are there that these decks and questions need; else writes the texts
    /// that miss one beside the file.
    pub(super) fn has_all(&self, decks: &[Arc<Deck>], questions: &[Question]) -> bool {
        let passages = decks
            .iter()
            .flat_map(|deck| deck.texts_to_embed())
            .map(|text| ("passage", text));
        let asked = questions.iter().map(|one| ("question", one.text.clone()));
        let missing: BTreeSet<_> = passages
            .chain(asked)
            .filter(|(of, text)| !self.vectors.contains_key(&(of.to_string(), text.clone())))
            .collect();
        let mut lines = String::new();
        for (of, text) in &missing {
            writeln!(lines, "{}", json!({"of": of, "text": text})).unwrap();
        }
        let beside = self.file.with_added_extension("missing");
        fs::write(&beside, lines).unwrap();
        println!(
            "{} vectors are missing: {}",
            missing.len(),
            beside.display()
        );
        missing.is_empty()
    }

    pub(super) fn of_deck(&self, deck: &Deck) -> Vec<Option<Vector>> {
        let of = |text| self.vectors.get(&("passage".to_owned(), text)).cloned();
        deck.texts_to_embed().map(of).collect()
    }

    pub(super) fn of_question(&self, question: &Question) -> &Vector {
        &self.vectors[&("question".to_owned(), question.text.clone())]
    }
}
