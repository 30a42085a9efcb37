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

/// Chooses and builds the models; looks for one when none was named.
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
        Models::Found { servers } => find(servers).await,
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

async fn find(servers: Vec<ModelConfig>) -> (Vec<ModelConfig>, String) {
    let url = servers.iter().find_map(|server| server.base_url.clone());
    for server in servers {
        let listed = probe(&server).await.unwrap_or_default();
        // A model that only makes embeddings cannot write.
        if let Some(name) = listed.into_iter().find(|name| !name.contains("embed")) {
            let config = ModelConfig { name, ..server };
            let why = format!(
                "readings are written by {}, which was found",
                name_of(&config)
            );
            return (vec![config], why);
        }
    }
    let nobody = match url {
        Some(url) => format!("no model is named and no server lists one at {url}"),
        None => "no model is configured and no local Ollama answers".to_owned(),
    };
    (
        Vec::new(),
        format!("{nobody}: readings are composed from the decks, without a model"),
    )
}

/// The model as it is named on the command line.
pub(crate) fn name_of(config: &ModelConfig) -> String {
    format!("{}:{}", config.provider.name(), config.name)
}
