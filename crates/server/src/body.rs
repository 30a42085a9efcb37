//! Request bodies: JSON of bounded size, or a problem that says what is wrong with it.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use sha2::{Digest, Sha256};

use crate::{App, problem::Problem, strict::StrictObject};

/// How much of a body that is too large is read and thrown away, and for how long: a client that
/// is still writing when the connection closes never reads why.
const DISCARDED_BYTES: usize = 16 * 1024 * 1024;
const DISCARD_TIME: Duration = Duration::from_secs(1);

/// A JSON body of so many KiB at most, and the hash of its bytes.
pub(crate) struct Json<T, const KIB: usize = 64> {
    pub value: T,
    pub hash: [u8; 32],
}

impl<T: DeserializeOwned, const KIB: usize> FromRequest<App> for Json<T, KIB> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(Problem::UnsupportedMediaType);
        }
        let reading = read(&parts.headers, body, KIB);
        let bytes = tokio::time::timeout(app.settings.body_timeout, reading).await;
        let bytes = bytes.map_err(|_| Problem::BodyTooSlow)??;
        let StrictObject = parse(&bytes)?;
        Ok(Self {
            value: parse(&bytes)?,
            hash: Sha256::digest(&bytes).into(),
        })
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Data => Problem::Invalid(error.to_string()),
        Category::Io | Category::Syntax | Category::Eof => Problem::BadJson(error.to_string()),
    })
}

async fn read(headers: &HeaderMap, body: Body, most_kib: usize) -> Result<Vec<u8>, Problem> {
    let most = most_kib * 1024;
    let mut pieces = body.into_data_stream();
    if announced(headers).is_some_and(|length| length > most) {
        // Who asks first has not begun to write.
        if !headers.contains_key(header::EXPECT) {
            discard(pieces).await;
        }
        return Err(Problem::BodyTooLarge(most_kib));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Problem::BadJson("the body broke off".to_owned()))?;
        if bytes.len() + piece.len() > most {
            discard(pieces).await;
            return Err(Problem::BodyTooLarge(most_kib));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

async fn discard(mut pieces: BodyDataStream) {
    let read = async {
        let mut discarded = 0;
        while let Some(Ok(piece)) = pieces.next().await {
            discarded += piece.len();
            if discarded > DISCARDED_BYTES {
                return;
            }
        }
    };
    // Who has not written it by then may miss the reason.
    let _ = tokio::time::timeout(DISCARD_TIME, read).await;
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
