//! What several checks look at: a deity to ask, and one reading that was followed to its end.

use anyhow::{Context, ensure};
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{
    held::Held,
    stream::{Event, Opening, Stream},
    target::{Answer, Credential, Target, stream_path},
};

/// What every reading is about; it touches nothing that would be met with a word of care.
pub(crate) const QUESTION: &str = "Shall I paint the garden fence this spring?";

/// The server, and what was found there.
pub(crate) struct Scene {
    pub target: Target,
    pub deity: String,
    /// Somebody else's key, where there is one.
    pub other: Option<Credential>,
    finished: OnceCell<Result<Recorded, String>>,
    guest: OnceCell<Option<Credential>>,
}

/// There is nothing that most checks could look at.
#[derive(Debug, thiserror::Error)]
#[error("no reading could be followed to its end: {0}")]
pub(crate) struct NotFollowed(pub String);

/// A reading that was followed from its start to its end.
pub(crate) struct Recorded {
    /// What was answered to the question.
    pub accepted: Value,
    pub task_id: String,
    pub headers: HeaderMap,
    pub opening: Opening,
    pub events: Vec<Event>,
    pub held: Held,
    /// The longest time without any event.
    pub silence: std::time::Duration,
}

impl Scene {
    /// Looks whom to ask, unless that is said.
    pub(crate) async fn find(
        target: Target,
        deity: Option<String>,
        other: Option<String>,
    ) -> anyhow::Result<Self> {
        let answer = target.get("/api/v1/deities").await?;
        answer.is(200)?;
        let deities = answer.json()?;
        let first = deities["deities"][0]["id"].as_str();
        let deity = deity.or_else(|| first.map(str::to_owned));
        Ok(Self {
            target,
            deity: deity.context("the server names no deity to ask")?,
            other: other.map(Credential::Key),
            finished: OnceCell::new(),
            guest: OnceCell::new(),
        })
    }

    /// A question that nobody has asked yet, with more beside it.
    pub(crate) fn question(&self, more: Value) -> Value {
        let question = format!("{QUESTION} ({})", Uuid::now_v7().simple());
        let mut body = json!({
            "deity_id": self.deity, "question": question, "language": "en",
        });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        body
    }

    /// Asks, and returns what was accepted.
    pub(crate) async fn ask(&self, more: Value) -> anyhow::Result<Value> {
        let answer = self.try_to_ask(more).await?;
        answer.is(202)?;
        answer.json()
    }

    pub(crate) async fn try_to_ask(&self, more: Value) -> anyhow::Result<Answer> {
        let body = self.question(more);
        self.target
            .post("/api/v1/async-chat/ask-question", &body)
            .await
    }

    /// Opens the stream of a task, from a cursor on where there is one.
    pub(crate) async fn follow(
        &self,
        task_id: &str,
        cursor: Option<&str>,
    ) -> anyhow::Result<Stream> {
        let path = format!("{}?partial_text=off", stream_path(task_id));
        let request = self.target.request(Method::GET, &path, &self.target.key);
        let request = match cursor {
            Some(cursor) => request.header("Last-Event-ID", cursor),
            None => request,
        };
        let response = self.target.open(request).await?;
        let status = response.status().as_u16();
        ensure!(status == 200, "the stream is answered {status}");
        Ok(Stream::new(response, self.target.patience))
    }

    /// The one reading that is followed to its end, made when the first check wants it.
    pub(crate) async fn finished(&self) -> anyhow::Result<&Recorded> {
        let recording = async { self.record().await.map_err(|error| format!("{error:#}")) };
        let recorded = self.finished.get_or_init(|| recording).await;
        let recorded = recorded.as_ref();
        Ok(recorded.map_err(|why| NotFollowed(why.clone()))?)
    }

    async fn record(&self) -> anyhow::Result<Recorded> {
        let accepted = self.ask(json!({})).await?;
        let task_id = accepted["task_id"].as_str().context("no task_id")?;
        let path = stream_path(task_id);
        let request = self.target.request(Method::GET, &path, &self.target.key);
        let response = self.target.open(request).await?;
        ensure!(
            response.status().as_u16() == 200,
            "the stream is answered {}",
            response.status()
        );
        let headers = response.headers().clone();
        let mut stream = Stream::new(response, self.target.patience);
        let events = stream.rest().await?;
        let held = Held::of(&events)?;
        Ok(Recorded {
            task_id: task_id.to_owned(),
            headers,
            opening: stream.opening,
            events,
            held,
            silence: stream.silence,
            accepted,
        })
    }

    /// A guest of the server, where it takes any.
    pub(crate) async fn guest(&self) -> Option<&Credential> {
        let opening = async {
            let path = "/api/v1/session";
            let request = self.target.request(Method::POST, path, &Credential::Nobody);
            let answer = self.target.send(request).await.ok()?;
            answer.is(200).or_else(|_| answer.is(201)).ok()?;
            let cookie = answer.header("set-cookie").split(';').next()?.to_owned();
            (!cookie.is_empty()).then_some(Credential::Cookie(cookie))
        };
        self.guest.get_or_init(|| opening).await.as_ref()
    }

    /// Somebody else than whoever has the key.
    pub(crate) async fn stranger(&self) -> Option<&Credential> {
        match &self.other {
            Some(other) => Some(other),
            None => self.guest().await,
        }
    }
}
