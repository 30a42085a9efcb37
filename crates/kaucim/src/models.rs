//! From configuration to models that can be asked.

use std::sync::Arc;

use kaucim_llm::{Model, ModelConfig, connect, probe};

use crate::{configuration::Models, exit::Failed};

/// The models to ask, in order, and a sentence on how they were chosen.
pub(crate) struct Chosen {
    pub models: Vec<Arc<dyn Model>>,
    pub configs: Vec<ModelConfig>,
    pub why: String,
}

/// Chooses and builds the models; looks for a local Ollama when none was named.
pub(crate) async fn choose(models: Models) -> Result<Chosen, Failed> {
    let (configs, why) = match models {
        Models::Chain(configs) if configs.is_empty() => (
            configs,
            "readings are composed from the decks, without a model".to_owned(),
        ),
        Models::Chain(configs) => {
            let names: Vec<_> = configs.iter().map(name_of).collect();
            let why = format!("readings are written by {}", names.join(", then "));
            (configs, why)
        }
        Models::Local { ollama } => local(ollama).await,
    };
    let models = configs.iter().map(connect).collect::<Result<Vec<_>, _>>();
    let models = models
        .map_err(|error| Failed::usage(error, "a base URL looks like http://127.0.0.1:8080/v1"))?;
    Ok(Chosen {
        models,
        configs,
        why,
    })
}

async fn local(ollama: ModelConfig) -> (Vec<ModelConfig>, String) {
    let found = probe(&ollama).await.unwrap_or_default();
    // A model that only makes embeddings cannot write.
    let Some(name) = found.into_iter().find(|name| !name.contains("embed")) else {
        let why = "no model is configured and no local Ollama answers: readings are composed \
                   from the decks, without a model";
        return (Vec::new(), why.to_owned());
    };
    let config = ModelConfig { name, ..ollama };
    let why = format!(
        "readings are written by {}, found on this machine",
        name_of(&config)
    );
    (vec![config], why)
}

/// The model as it is named on the command line.
pub(crate) fn name_of(config: &ModelConfig) -> String {
    format!("{}:{}", config.provider.name(), config.name)
}
