//! `kaucim doctor`: what was found, whether it answers, and what to do.

use futures::StreamExt;
use kaucim_llm::{Delta, Message, Model, ModelConfig, Request, Role, probe};

use super::{open_library, open_store};
use crate::{
    configuration::Configuration,
    embeddings,
    exit::Failed,
    models::{self, name_of},
    output,
};

pub(super) async fn run(configuration: Configuration) -> Result<(), Failed> {
    say(&format!("kaucim {}", env!("CARGO_PKG_VERSION")))?;
    say(&format!("  address     {}", configuration.listen))?;
    say(&format!(
        "  data        {}",
        configuration.data_dir.display()
    ))?;
    match open_store(&configuration).await {
        Ok(store) if store.is_shared() => {
            let url = configuration.database.as_ref();
            let url = url.map_or_else(String::new, ToString::to_string);
            say(&format!("  storage     answers: {url}"))?;
        }
        Ok(_) => match super::backup::examine(&configuration.data_dir) {
            Ok(amount) => say(&format!("  storage     sound: {amount}"))?,
            Err(error) => {
                say("  storage     damaged")?;
                return Err(error.into());
            }
        },
        Err(failed) => {
            say("  storage     cannot be used")?;
            return Err(failed);
        }
    }
    let (library, faults) = open_library(&configuration);
    for deity in library.deities() {
        for deck in &deity.decks {
            let (id, count) = (&deck.id, deck.count());
            say(&format!(
                "  deck        {} for {}: {count} lots",
                id, deity.id
            ))?;
        }
    }
    for fault in &faults {
        say(&format!("  deck        refused: {fault}"))?;
    }
    for (pack, warnings) in library.warnings() {
        let count = warnings.len();
        say(&format!(
            "  deck        {pack}: {count} warnings; `kaucim deck lint` shows them"
        ))?;
    }
    let classic = configuration.reading.classic;
    let chosen = models::choose(configuration.models).await?;
    let mut answering = 0;
    for (config, model) in chosen.configs.iter().zip(&chosen.models) {
        answering += usize::from(examine(config, model.as_ref()).await?);
    }
    if let Some(settled) = &configuration.embeddings {
        say(&format!(
            "  embeddings  {}",
            embeddings::examine(settled).await?
        ))?;
    }
    advise(&chosen.why, chosen.configs.len(), answering, classic)
}

/// Looks at one model: is its server there, does it have the model, does it answer.
async fn examine(config: &ModelConfig, model: &dyn Model) -> Result<bool, Failed> {
    let name = name_of(config);
    match probe(config).await {
        Ok(names) if names.contains(&config.name) => say(&format!("  model       {name}: listed"))?,
        Ok(_) => say(&format!(
            "  model       {name}: the server answers but does not list it"
        ))?,
        Err(error) => {
            let error = anyhow::Error::from(error);
            say(&format!(
                "  model       {name}: the list cannot be read: {error:#}"
            ))?;
        }
    }
    match first_words(model).await {
        Ok(()) => {
            say(&format!("  model       {name}: answers"))?;
            Ok(true)
        }
        Err(error) => {
            let error = anyhow::Error::from(error);
            say(&format!("  model       {name}: does not answer: {error:#}"))?;
            Ok(false)
        }
    }
}

async fn first_words(model: &dyn Model) -> Result<(), kaucim_llm::Error> {
    let text = "Answer with the single word: ready".to_owned();
    let request = Request {
        messages: vec![Message {
            role: Role::User,
            text,
        }],
        max_tokens: 64,
        temperature: 0.0,
        stop: Vec::new(),
        seed: None,
        schema: None,
    };
    let mut deltas = model.generate_stream(request);
    while let Some(delta) = deltas.next().await {
        match delta? {
            Delta::Calling => {}
            Delta::Thinking | Delta::Text(_) | Delta::Finished(_) => return Ok(()),
        }
    }
    Err(kaucim_llm::Error::CutOff)
}

fn advise(why: &str, models: usize, answering: usize, classic: bool) -> Result<(), Failed> {
    let so = match (models, answering) {
        (1.., 0) => "no model answers: readings are composed from the decks, without a model",
        _ => why,
    };
    say(&format!("  so          {so}"))?;
    match (models, answering) {
        (0, _) => say(
            "  to do       start Ollama (`ollama run qwen3:8b`), or set KAUCIM_MODEL=openai:NAME \
             with OPENAI_API_KEY, or with KAUCIM_MODEL_URL for any compatible server",
        )?,
        (_, 0) => say("  to do       check that the model's server runs, its URL and its key")?,
        _ => say("  to do       nothing; start with `kaucim serve`")?,
    }
    if answering == 0 && !classic {
        return Err(Failed::NoModel {
            message: "no model answers, and classic readings are switched off".to_owned(),
            hint: None,
        });
    }
    Ok(())
}

fn say(line: &str) -> Result<(), Failed> {
    Ok(output::print(&format!("{line}\n"))?)
}
