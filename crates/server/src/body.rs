//! Request bodies: JSON of at most 64 KiB, or a problem that says what is wrong with it.

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

const BODY_BYTES: usize = 64 * 1024;

/// A JSON body, and the hash of its bytes.
pub(crate) struct Json<T> {
    pub value: T,
    pub hash: [u8; 32],
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(Problem::UnsupportedMediaType);
        }
        let bytes = read(body).await?;
        let value = serde_json::from_slice(&bytes).map_err(|error| match error.classify() {
            Category::Data => Problem::Invalid(error.to_string()),
            Category::Io | Category::Syntax | Category::Eof => Problem::BadJson(error.to_string()),
        })?;
        Ok(Self {
            value,
            hash: Sha256::digest(&bytes).into(),
        })
    }
}

async fn read(body: Body) -> Result<bytes::Bytes, Problem> {
    to_bytes(body, BODY_BYTES).await.map_err(|error| {
        // The other reason is a client that went away, who reads no answer.
        tracing::debug!(error = %error, "a request body could not be read");
        Problem::BodyTooLarge
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = content_type
        .and_then(|text| text.split(';').next())
        .map(str::trim);
    media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
}
