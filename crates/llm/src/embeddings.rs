//! Asks a server what texts mean: a vector for each, checked before anybody counts on it.

use std::{ops::Range, time::Duration};

use reqwest::{Response, Url};
use secrecy::SecretString;
use tokio::time::timeout;

use crate::{
    ConfigError, Error, Limit, ModelConfig, ModelName, Provider,
    client::{connect_error, http_client, read_refusal, without_key},
};

/// Texts that one request asks about at most.
const MOST_TEXTS: usize = 32;

/// Bytes of text that one request sends at most, unless a single text is longer.
const MOST_BYTES: usize = 32 * 1024;

/// Bytes of an answer that are read: enough for 32 vectors of the most dimensions.
const MOST_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// A model that makes vectors of texts, at one server. No queue and no second try: whoever asks
/// knows whether a late vector is of any use.
pub struct Embedder {
    name: ModelName,
    provider: Provider,
    http: reqwest::Client,
    url: Url,
    api_key: Option<SecretString>,
    prefixes: Prefixes,
}

/// What a model wants to read before a text, so that it knows what the text is. Many models want
/// nothing; the family of E5 wants `query: ` and `passage: `.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefixes {
    pub question: String,
    pub passage: String,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It asks.
    Question,
    /// It is to be found.
    Passage,
}

impl Embedder {
    /// Sets up the client; nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL or the key cannot be used.
    pub fn new(config: &ModelConfig, prefixes: Prefixes) -> Result<Self, ConfigError> {
        let provider = config.provider;
        Ok(Self {
            name: ModelName {
                provider: provider.name().to_owned(),
                name: config.name.clone(),
            },
            provider,
            http: http_client(config)?,
            url: config.url(provider.embeddings_path())?,
            api_key: config.api_key.clone(),
            prefixes,
        })
    }

    pub fn name(&self) -> &ModelName {
        &self.name
    }

    /// What stands before the texts; vectors that were made with other prefixes do not compare.
    pub fn prefixes(&self) -> &Prefixes {
        &self.prefixes
    }

    /// One vector a text, in their order, all of one dimension. Long lists are sent in several
    /// requests, one after the other, each of which may take as long as the limit.
    ///
    /// # Errors
    /// Those of a call. [`Error::Malformed`] also where vectors are missing, hold what is no
    /// number, or differ in their dimension.
    pub async fn embed(
        &self,
        purpose: Purpose,
        texts: &[String],
        limit: Duration,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let mut vectors: Vec<Vec<f32>> = Vec::with_capacity(texts.len());
        for batch in batches(texts) {
            let texts: Vec<_> = texts[batch]
                .iter()
                .map(|text| format!("{}{text}", self.prefix(purpose)))
                .collect();
            let asked = timeout(limit, self.ask(&texts));
            let more = asked
                .await
                .map_err(|_| Error::TimedOut(Limit::WholeCall))?
                .map_err(|error| without_key(self.api_key.as_ref(), error))?;
            if let (Some(one), Some(other)) = (vectors.first(), more.first())
                && one.len() != other.len()
            {
                return Err(Error::Malformed {
                    message: format!(
                        "vectors of {} and {} dimensions came one after the other",
                        one.len(),
                        other.len()
                    ),
                });
            }
            vectors.extend(more);
        }
        Ok(vectors)
    }

    fn prefix(&self, purpose: Purpose) -> &str {
        match purpose {
            Purpose::Question => &self.prefixes.question,
            Purpose::Passage => &self.prefixes.passage,
        }
    }

    async fn ask(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Error> {
        let body = self.provider.write_embeddings(&self.name.name, texts);
        let sent = self.http.post(self.url.clone()).json(&body).send().await;
        let mut response = sent.map_err(connect_error)?;
        if response.status().as_u16() != 200 {
            return Err(read_refusal(&mut response).await);
        }
        let answer = read_answer(&mut response).await?;
        self.provider.read_embeddings(&answer, texts.len())
    }
}

async fn read_answer(response: &mut Response) -> Result<Vec<u8>, Error> {
    let mut answer = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|_| Error::CutOff)? {
        answer.extend_from_slice(&bytes);
        if answer.len() > MOST_ANSWER_BYTES {
            return Err(Error::Malformed {
                message: "the vectors are too long".to_owned(),
            });
        }
    }
    Ok(answer)
}

/// The texts that go into one request each.
fn batches(texts: &[String]) -> Vec<Range<usize>> {
    let mut batches: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (at, text) in texts.iter().enumerate() {
        bytes += text.len();
        match batches.last_mut() {
            Some(batch) if batch.len() < MOST_TEXTS && bytes <= MOST_BYTES => batch.end = at + 1,
            Some(_) | None => {
                batches.push(at..at + 1);
                bytes = text.len();
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_bounded_by_count_and_by_bytes() {
        let check = |lengths: &[usize], expected: &[usize]| {
            let texts: Vec<_> = lengths.iter().map(|length| "x".repeat(*length)).collect();
            let found: Vec<_> = batches(&texts).iter().map(Range::len).collect();
            assert_eq!(found, expected);
        };
        check(&[], &[]);
        check(&[1; 33], &[32, 1]);
        check(&[20_000, 20_000, 1], &[1, 2]);
        check(&[100_000, 1], &[1, 1]);
    }
}
