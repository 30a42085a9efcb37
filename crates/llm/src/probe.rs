//! Asks a server which models it has, without asking a model anything.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    Error, Limit, ModelConfig,
    client::{connect_error, http_client, read_refusal, without_key},
};

/// A server on the same machine answers in milliseconds; a person waits for the outcome.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;

/// The names of the models at the configured server, as it lists them. Takes two seconds at most.
///
/// # Errors
/// Those of a call; [`Error::Malformed`] also for a configuration that cannot be used.
pub async fn probe(config: &ModelConfig) -> Result<Vec<String>, Error> {
    let unusable = |error: crate::ConfigError| Error::Malformed {
        message: error.to_string(),
    };
    let url = config
        .url(config.provider.models_path())
        .map_err(unusable)?;
    let http = http_client(config).map_err(unusable)?;
    let asked = async {
        let mut response = http.get(url).send().await.map_err(connect_error)?;
        if response.status().as_u16() != 200 {
            let error = read_refusal(&mut response).await;
            return Err(without_key(config.api_key.as_ref(), error));
        }
        names(&read_list(&mut response).await?)
    };
    timeout(PROBE_LIMIT, asked)
        .await
        .map_err(|_| Error::TimedOut(Limit::WholeCall))?
}

async fn read_list(response: &mut Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|_| Error::CutOff)? {
        body.extend_from_slice(&bytes);
        if body.len() > MAX_LIST_BYTES {
            return Err(Error::Malformed {
                message: "the list of models is too long".to_owned(),
            });
        }
    }
    Ok(body)
}

/// The names in OpenAI's list (`data`, `id`) or in Ollama's (`models`, `name`).
fn names(body: &[u8]) -> Result<Vec<String>, Error> {
    let list: Option<Value> = serde_json::from_slice(body).ok();
    let entries = list.as_ref().and_then(|list| {
        ["data", "models"]
            .iter()
            .find_map(|key| list.get(key)?.as_array())
    });
    let Some(entries) = entries else {
        return Err(Error::Malformed {
            message: "it answers with no list of models".to_owned(),
        });
    };
    let name = |entry: &Value| {
        let name = ["id", "name", "model"]
            .iter()
            .find_map(|key| entry.get(key)?.as_str());
        name.map(str::to_owned)
    };
    Ok(entries.iter().filter_map(name).collect())
}
