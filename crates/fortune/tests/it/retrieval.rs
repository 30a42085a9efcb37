//! Passages that are found by what questions mean, and what happens while nobody can say that.

use std::{sync::Arc, time::Duration};

use kaucim_decks::{Library, Vector};
use kaucim_fortune::{FortuneSystem, Language, Settings, Step};
use kaucim_llm::{Embedder, ModelConfig, Prefixes, Purpose};
use llmsim::{Config, Sim};

use crate::model::{ask, steps};

/// A matter that the simulated model knows.
const QUESTION: &str = "Will the baby come soon?";

fn embedder(sim: &Sim, model: &str) -> Arc<Embedder> {
    let mut config: ModelConfig = format!("openai:{model}").parse().unwrap();
    config.base_url = Some(sim.url());
    Arc::new(Embedder::new(&config, Prefixes::default()).unwrap())
}

async fn embedded_library(sim: &Sim) -> Library {
    let library = Library::starter();
    let embedder = embedder(sim, "sim");
    for deck in library.decks() {
        let texts: Vec<_> = deck.texts_to_embed().collect();
        let limit = Duration::from_secs(60);
        let vectors = embedder.embed(Purpose::Passage, &texts, limit).await;
        let vectors = vectors.unwrap();
        deck.embed(vectors.iter().map(|one| Vector::new(one)).collect());
        assert_eq!(deck.embedded(), (texts.len(), texts.len()));
    }
    library
}

fn system(library: &Library, embedder: Arc<Embedder>) -> FortuneSystem {
    FortuneSystem::new(library.clone(), Vec::new(), Settings::default()).with_embedder(embedder)
}

#[tokio::test]
async fn meaning_counts_where_a_model_says_it_in_time() {
    let sim = Sim::start(Config::default()).await.unwrap();
    let library = embedded_library(&sim).await;
    let by_words = library.search(QUESTION, None, 10);

    let good = system(&library, embedder(&sim, "sim"));
    let by_meaning = good.search(QUESTION, None, 10).await;
    assert_ne!(by_meaning, by_words);
    assert!(by_meaning.is_sorted_by(|one, other| one.score >= other.score));

    for fault in ["404", "500", "nan", "fewer", "html", "hang"] {
        let broken = system(&library, embedder(&sim, &format!("sim;fault={fault}")));
        assert_eq!(broken.search(QUESTION, None, 10).await, by_words, "{fault}");
    }
    // Of another dimension than the passages: nothing can be compared.
    let other = system(&library, embedder(&sim, "sim;fault=dimension"));
    assert_eq!(other.search(QUESTION, None, 10).await, by_words);
    sim.stop().await;
}

#[tokio::test]
async fn a_reading_goes_on_without_its_vector() {
    let sim = Sim::start(Config::default()).await.unwrap();
    let library = embedded_library(&sim).await;
    let broken = system(&library, embedder(&sim, "sim;fault=503"));
    let mut asked = ask(QUESTION);
    asked.language = Some(Language::En);
    let steps = steps(&broken, asked).await.unwrap();
    let sources = steps.iter().find_map(|step| match step {
        Step::Sources(sources) => Some(sources),
        _ => None,
    });
    assert_eq!(sources.unwrap()[0].kind, "topic");
    assert!(matches!(steps.last(), Some(Step::Complete(_))));
    sim.stop().await;
}
