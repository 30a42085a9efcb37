//! A running server, as `ask` and `journal` speak to it: through its public API, with a key.

use std::time::Duration;

use anyhow::Context;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;

use crate::{environment::Environment, exit::Failed};

#[derive(Clone)]
pub(super) struct Server {
    pub client: Client,
    pub base: String,
    pub key: String,
}

impl Server {
    /// The server that the environment names, if it names one.
    pub(super) fn of(environment: &Environment) -> Result<Option<Self>, Failed> {
        let (base, key) = match (&environment.server, &environment.key) {
            (Some(server), Some(key)) => (server, key),
            (Some(_), None) => {
                return Err(Failed::usage(
                    "KAUCIM_SERVER is set, and no key for it",
                    "set KAUCIM_KEY to a key of that server (`kaucim key create --name NAME` there)",
                ));
            }
            (None, _) => return Ok(None),
        };
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(Failed::usage(
                format!("KAUCIM_SERVER is `{base}`"),
                "it begins with http:// or https://",
            ));
        }
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(anyhow::Error::from)?;
        Ok(Some(Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
            key: key.to_owned(),
        }))
    }

    /// Asks for what stands at this path; `None` where nothing does.
    pub(super) async fn get(&self, path: &str) -> Result<Option<Value>, Failed> {
        self.answer(Method::GET, path).await
    }

    /// Erases what stands at this path; whether anything did.
    pub(super) async fn delete(&self, path: &str) -> Result<bool, Failed> {
        Ok(self.answer(Method::DELETE, path).await?.is_some())
    }

    async fn answer(&self, method: Method, path: &str) -> Result<Option<Value>, Failed> {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let sent = request.bearer_auth(&self.key).send().await;
        let response = sent.with_context(|| format!("could not reach {}", self.base))?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::NO_CONTENT => Ok(Some(Value::Null)),
            _ => answered(response).await.map(Some),
        }
    }
}

/// The answer of a request that was granted.
pub(super) async fn answered(response: Response) -> Result<Value, Failed> {
    let status = response.status();
    let answer = response.json().await;
    let answer: Value = answer.context("the server's answer is no JSON")?;
    if status.is_success() {
        return Ok(answer);
    }
    Err(refused(status, &answer))
}

/// What the server refused, in its own words.
fn refused(status: StatusCode, answer: &Value) -> Failed {
    let words = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let message = format!("{}: {}", words("title"), words("detail"));
    match status.as_u16() {
        401 | 403 => Failed::usage(
            "KAUCIM_KEY is not a key of that server that may do this",
            "make one there with `kaucim key create --name NAME`",
        ),
        400..=499 => Failed::usage(message, format!("the server said {}", words("code"))),
        _ => Failed::Question(Some(message)),
    }
}
