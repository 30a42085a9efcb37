//! Texts to vectors in both languages: the request, and the vectors in an answer.

use serde_json::{Value, json};

use crate::{Error, Provider};

/// A vector of more dimensions is taken for a mistake; the largest models have a few thousand.
const MOST_DIMENSIONS: usize = 16_384;

impl Provider {
    /// The path of embeddings below the base URL.
    pub(crate) fn embeddings_path(self) -> &'static str {
        match self {
            Self::OpenAi => "/embeddings",
            Self::Ollama => "/api/embed",
        }
    }

    /// The body of a request for one vector a text.
    pub(crate) fn write_embeddings(self, model: &str, texts: &[String]) -> Value {
        match self {
            Self::OpenAi => json!({"model": model, "input": texts, "encoding_format": "float"}),
            Self::Ollama => json!({"model": model, "input": texts, "truncate": true}),
        }
    }

    /// Reads the vectors of an answer, in the order of the texts.
    ///
    /// # Errors
    /// When there is not one vector of numbers for each text, all of one dimension and none of
    /// them nothing but zeros.
    pub(crate) fn read_embeddings(self, body: &[u8], texts: usize) -> Result<Vec<Vec<f32>>, Error> {
        let answer: Value = serde_json::from_slice(body)
            .map_err(|error| malformed(format!("the vectors cannot be read: {error}")))?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Err(Error::Failed {
                message: crate::refusal::message_of(error),
            });
        }
        let listed = match self {
            Self::OpenAi => answer["data"].as_array(),
            Self::Ollama => answer["embeddings"].as_array(),
        };
        let listed = listed.ok_or_else(|| malformed("it answers with no vectors".to_owned()))?;
        if listed.len() != texts {
            let message = format!("{} vectors came for {texts} texts", listed.len());
            return Err(malformed(message));
        }
        let mut vectors: Vec<Option<Vec<f32>>> = vec![None; texts];
        for (place, entry) in listed.iter().enumerate() {
            let (place, values) = match self {
                Self::OpenAi => (named_place(entry, place), &entry["embedding"]),
                Self::Ollama => (place, entry),
            };
            let vector = vectors.get_mut(place).filter(|vector| vector.is_none());
            let vector =
                vector.ok_or_else(|| malformed(format!("vector {place} is out of place")))?;
            *vector = Some(values_of(values)?);
        }
        let vectors: Vec<_> = vectors.into_iter().flatten().collect();
        match vectors
            .windows(2)
            .find(|pair| pair[0].len() != pair[1].len())
        {
            Some(pair) => Err(malformed(format!(
                "vectors of {} and {} dimensions came in one answer",
                pair[0].len(),
                pair[1].len()
            ))),
            None => Ok(vectors),
        }
    }
}

/// Where OpenAI's entry says that it belongs, or else where it stands.
fn named_place(entry: &Value, place: usize) -> usize {
    let named = entry["index"].as_u64();
    named.map_or(place, |named| usize::try_from(named).unwrap_or(usize::MAX))
}

fn values_of(values: &Value) -> Result<Vec<f32>, Error> {
    let values = values.as_array().map_or(&[][..], Vec::as_slice);
    if values.is_empty() || values.len() > MOST_DIMENSIONS {
        let message = format!("a vector has {} dimensions", values.len());
        return Err(malformed(message));
    }
    let vector: Option<Vec<_>> = values
        .iter()
        .map(|value| Some(value.as_f64()? as f32))
        .collect();
    let vector = vector.ok_or_else(|| malformed("a vector holds what is no number".to_owned()))?;
    if !vector.iter().all(|value| value.is_finite()) || vector.iter().all(|value| *value == 0.0) {
        return Err(malformed("a vector has no direction".to_owned()));
    }
    Ok(vector)
}

fn malformed(message: String) -> Error {
    Error::Malformed { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(provider: Provider, body: &str, texts: usize, expected: Result<&[&[f32]], &str>) {
        let read = provider.read_embeddings(body.as_bytes(), texts);
        match expected {
            Ok(vectors) => assert_eq!(read.unwrap(), vectors, "{body}"),
            Err(part) => {
                let error = read.unwrap_err().to_string();
                assert!(error.contains(part), "{body}: {error}");
            }
        }
    }

    #[test]
    fn one_vector_a_text_is_read_in_the_order_of_the_texts() {
        let openai = r#"{"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1.5,-2]}]}"#;
        check(
            Provider::OpenAi,
            openai,
            2,
            Ok(&[&[1.5, -2.0], &[3.0, 4.0]]),
        );
        let unnumbered = r#"{"data":[{"embedding":[1,2]},{"embedding":[3,4]}]}"#;
        check(
            Provider::OpenAi,
            unnumbered,
            2,
            Ok(&[&[1.0, 2.0], &[3.0, 4.0]]),
        );
        let ollama = r#"{"embeddings":[[1,2],[3,4]]}"#;
        check(Provider::Ollama, ollama, 2, Ok(&[&[1.0, 2.0], &[3.0, 4.0]]));
    }

    #[test]
    fn what_is_no_vector_for_each_text_is_refused() {
        for (body, texts, why) in [
            ("<html>", 1, "cannot be read"),
            (r#"{"embeddings":[[NaN,1]]}"#, 1, "cannot be read"),
            (r#"{"embeddings":[[null,1]]}"#, 1, "no number"),
            (r#"{"embeddings":[["1",1]]}"#, 1, "no number"),
            (r#"{"embeddings":[[1e999,1]]}"#, 1, "cannot be read"),
            (r#"{"embeddings":[[1e300,1]]}"#, 1, "no direction"),
            (r#"{"embeddings":[[0,0]]}"#, 1, "no direction"),
            (r#"{"embeddings":[[]]}"#, 1, "0 dimensions"),
            (r#"{"embeddings":[[1,2],[3]]}"#, 2, "2 and 1 dimensions"),
            (r#"{"embeddings":[[1,2]]}"#, 2, "1 vectors came for 2"),
            (r#"{"embeddings":[[1,2],[3,4]]}"#, 1, "2 vectors came for 1"),
            (r#"{"data":[]}"#, 0, "no vectors"),
            (r#"{"error":"model \"x\" not found"}"#, 1, "not found"),
        ] {
            check(Provider::Ollama, body, texts, Err(why));
        }
        let twice = r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]}"#;
        check(Provider::OpenAi, twice, 2, Err("out of place"));
        let far = r#"{"data":[{"index":7,"embedding":[1]}]}"#;
        check(Provider::OpenAi, far, 1, Err("out of place"));
    }
}
