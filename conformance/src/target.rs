//! The server that is looked at, and how it is spoken to.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, header::HeaderMap};
use serde_json::{Value, json};

/// Where the server is, and who asks.
pub(crate) struct Target {
    base: String,
    client: Client,
    pub key: Credential,
    /// The longest that a reading may take, and anything else.
    pub patience: Duration,
}

/// How somebody proves who they are.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    Key(String),
    /// `name=value` of a guest's cookie.
    Cookie(String),
    Nobody,
}

/// An answer that came whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub what: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Target {
    pub(crate) fn new(base: &str, key: String, patience: Duration) -> anyhow::Result<Self> {
        // A proxy of the environment is none of those that are looked at.
        let client = Client::builder().no_proxy().build()?;
        Ok(Self {
            base: base.trim_end_matches('/').to_owned(),
            client,
            key: Credential::Key(key),
            patience,
        })
    }

    /// A request to be sent; `path` is one of the server, or a whole address.
    pub(crate) fn request(&self, method: Method, path: &str, who: &Credential) -> RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let request = self.client.request(method, url);
        match who {
            Credential::Key(key) => request.bearer_auth(key),
            Credential::Cookie(cookie) => request.header("Cookie", cookie),
            Credential::Nobody => request,
        }
    }

    /// An address of the server with a query, which may hold anything.
    pub(crate) fn with_query(&self, path: &str, query: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut url = Url::parse(&format!("{}{path}", self.base))?;
        url.query_pairs_mut().extend_pairs(query);
        Ok(url.into())
    }

    /// Sends a request and takes the whole answer.
    pub(crate) async fn send(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let request = request.timeout(self.patience).build()?;
        let what = format!("{} {}", request.method(), request.url().path());
        let response = self.client.execute(request).await;
        let response = response.with_context(|| format!("{what}: no answer"))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await;
        let text = text.with_context(|| format!("{what}: the answer broke off"))?;
        Ok(Answer {
            what,
            status,
            headers,
            text,
        })
    }

    /// Sends a request whose answer goes on.
    pub(crate) async fn open(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        request.send().await.context("no answer")
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(self.request(Method::GET, path, &self.key)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        let request = self.request(Method::POST, path, &self.key);
        self.send(request.json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(self.request(Method::DELETE, path, &self.key))
            .await
    }

    /// Cancels a task, and says which status it has for good.
    pub(crate) async fn cancel(&self, task_id: &str) -> anyhow::Result<String> {
        let answer = self
            .post(&task_path(task_id, "/cancel"), &json!({}))
            .await?;
        answer.is(200)?;
        answer.text_of("status")
    }
}

pub(crate) fn task_path(task_id: &str, rest: &str) -> String {
    format!("/api/v1/async-chat/task/{task_id}{rest}")
}

pub(crate) fn stream_path(task_id: &str) -> String {
    format!("/api/v1/async-chat/stream/{task_id}")
}

impl Answer {
    /// Whether it has this status; anything else is told with what it says.
    pub(crate) fn is(&self, status: u16) -> anyhow::Result<()> {
        if self.status.as_u16() == status {
            return Ok(());
        }
        let said: String = self.text.chars().take(300).collect();
        bail!(
            "{}: {} in the place of {status}: {said}",
            self.what,
            self.status.as_u16()
        );
    }

    pub(crate) fn json(&self) -> anyhow::Result<Value> {
        let json = serde_json::from_str(&self.text);
        json.with_context(|| format!("{}: no JSON: {}", self.what, self.text))
    }

    /// A field that has to be a text.
    pub(crate) fn text_of(&self, field: &str) -> anyhow::Result<String> {
        let json = self.json()?;
        let text = json[field].as_str();
        let text = text.with_context(|| format!("{}: no text `{field}` in {json}", self.what))?;
        Ok(text.to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// Whether it is a refusal in the form that every refusal has, with this status and code.
    pub(crate) fn is_refusal(&self, status: u16, code: &str) -> anyhow::Result<()> {
        self.is(status)?;
        let what = &self.what;
        let kind = self.header("content-type");
        ensure!(
            kind.starts_with("application/problem+json"),
            "{what}: {status} comes as `{kind}`"
        );
        let problem = self.json()?;
        for field in ["type", "title", "detail", "code"] {
            let is_text = problem[field].as_str().is_some_and(|text| !text.is_empty());
            ensure!(is_text, "{what}: no `{field}` in {problem}");
        }
        ensure!(
            problem["status"] == status,
            "{what}: another status in {problem}"
        );
        ensure!(
            problem["code"] == code,
            "{what}: not the code `{code}` in {problem}"
        );
        if status == 429 {
            ensure!(
                !self.header("retry-after").is_empty(),
                "{what}: 429 without Retry-After"
            );
        }
        Ok(())
    }
}
