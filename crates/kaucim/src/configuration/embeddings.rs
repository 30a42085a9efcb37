//! Which model makes vectors of passages and questions, if any.

use kaucim_llm::{ModelConfig, Prefixes};
use secrecy::SecretString;
use serde::Deserialize;

use super::models::{ModelEntry, model};
use crate::{environment::Environment, exit::Failed};

/// The model that makes vectors.
#[derive(Debug, Clone)]
pub(crate) struct Embeddings {
    pub model: ModelConfig,
    pub prefixes: Prefixes,
}

/// The table as it is written in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmbeddingsEntry {
    model: Option<String>,
    url: Option<String>,
    api_key: Option<SecretString>,
    question_prefix: Option<String>,
    passage_prefix: Option<String>,
}

/// Settles it, by environment and file; nobody has to make any.
pub(super) fn settle(
    environment: &Environment,
    entry: EmbeddingsEntry,
) -> Result<Option<Embeddings>, Failed> {
    let Some(named) = environment.embeddings.clone().or(entry.model) else {
        return Ok(None);
    };
    let model = model(
        ModelEntry {
            url: environment.embeddings_url.clone().or(entry.url),
            api_key: entry.api_key,
            ..ModelEntry::named(&named)
        },
        environment,
    );
    let model = model.map_err(|failed| failed.inside("embeddings"))?;
    let prefixes = Prefixes {
        question: entry.question_prefix.unwrap_or_default(),
        passage: entry.passage_prefix.unwrap_or_default(),
    };
    Ok(Some(Embeddings { model, prefixes }))
}
