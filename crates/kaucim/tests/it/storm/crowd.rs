//! People who keep asking, follow their readings, go away, come back and lose patience.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::StreamExt;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use sse_stream::SseStream;
use tokio::{sync::watch, time::timeout};

use super::{
    dice::Dice,
    question::Question,
    reader::{Heard, Reader},
    witness::Witness,
};

/// How long someone waits for a new start before the next try; the server may have come back.
const MOMENT: Duration = Duration::from_millis(200);

/// What all of the crowd share.
pub(super) struct Crowd<'a> {
    pub client: Client,
    /// Of the nodes, any of which does.
    pub urls: Vec<String>,
    /// Whose turn it is to be asked.
    pub turn: AtomicUsize,
    pub key: String,
    pub seed: u64,
    /// Tokens that the model writes in a second.
    pub rate: u64,
    pub witness: &'a Mutex<Witness>,
    /// How often the server was started again.
    pub starts: watch::Receiver<u64>,
    /// Whether it is time to go home.
    pub enough: watch::Receiver<bool>,
}

/// Someone who reads one reading.
struct Follower<'a> {
    task_id: &'a str,
    dice: &'a mut Dice,
    reader: Reader,
    /// Events until it is cancelled.
    patience: Option<u64>,
}

/// How a connection came to its end.
enum Left {
    /// By the reader, who comes back at once.
    Dropped,
    /// By the server, or by what happened to it.
    Broken,
}

impl Crowd<'_> {
    pub(super) fn witness(&self) -> MutexGuard<'_, Witness> {
        // A panic elsewhere ends the test in any case.
        self.witness.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of the crowd, until it is enough.
    pub(super) async fn live(&self, member: u64) {
        let mut dice = Dice::new(self.seed, member);
        let mut asked = 0;
        while !*self.enough.borrow() {
            let number = member * 1_000_000 + asked;
            asked += 1;
            let question = Question::new(&mut dice, self.seed, number, self.rate);
            let task_id = self.ask(&question).await;
            self.follow(&mut dice, &task_id).await;
            if dice.percent(10) {
                self.ask(&question).await;
            }
        }
    }

    /// Asks until there is an answer; the same key stands for the same question.
    async fn ask(&self, question: &Question) -> String {
        let request = || {
            self.client
                .post(self.of("ask-question"))
                .header("Idempotency-Key", &question.key)
                .json(&question.body)
        };
        let (status, answer) = self.answered(request).await;
        let task_id = answer["task_id"].as_str().unwrap_or_default().to_owned();
        let mut witness = self.witness();
        if status == StatusCode::ACCEPTED {
            let Question { number, key, body } = question;
            witness.oracle.accepted(key, *number, body, &task_id);
        } else {
            let refused = format!("the question {} got {status}: {answer}", question.key);
            witness.oracle.violations.push(refused);
        }
        task_id
    }

    /// Reads to the end, over as many connections as it takes.
    async fn follow(&self, dice: &mut Dice, task_id: &str) {
        let mut follower = Follower {
            task_id,
            patience: dice.percent(8).then(|| dice.below(80)),
            dice,
            reader: Reader::default(),
        };
        while follower.reader.ended.is_none() {
            let starts = *self.starts.borrow();
            let left = match self.open(task_id, &follower.reader).await {
                Ok(opened) if opened.status() == StatusCode::OK => {
                    self.read(&mut follower, opened).await
                }
                // The database is away, or the node is about to end.
                Ok(refused) if refused.status() == StatusCode::SERVICE_UNAVAILABLE => Left::Broken,
                Ok(refused) => {
                    let words = format!("a reader in its middle got {}", refused.status());
                    self.witness().oracle.violate(task_id, &words);
                    return;
                }
                Err(_) => Left::Broken,
            };
            if follower.reader.ended.is_some() {
                break;
            }
            if follower.dice.percent(20) {
                follower.reader.forget();
            }
            match left {
                Left::Dropped => {}
                Left::Broken => self.next_start(starts).await,
            }
        }
        if follower.dice.percent(20) {
            self.look_behind(task_id, &follower.reader).await;
        }
    }

    /// Reads one connection.
    async fn read(&self, follower: &mut Follower<'_>, opened: Response) -> Left {
        let Follower {
            task_id,
            dice,
            reader,
            patience,
        } = follower;
        let mut events = SseStream::from_bytes_stream(opened.bytes_stream());
        while let Some(Ok(event)) = events.next().await {
            let Some(raw) = event.data else {
                let place = reader.cursor.as_deref().unwrap_or("0.0");
                if event.id.as_deref().is_some_and(|id| id != place) {
                    let words = format!("a reader at {place} was put at {:?}", event.id);
                    self.witness().oracle.violate(task_id, &words);
                }
                continue;
            };
            match Heard::new(event.id, &event.event.unwrap_or_default(), raw) {
                Ok(heard) => self.witness().read(task_id, reader, &heard),
                Err(words) => self.witness().oracle.violate(task_id, &words),
            }
            *patience = patience.map(|left| left.saturating_sub(1));
            if *patience == Some(0) {
                *patience = None;
                self.cancel(task_id).await;
            }
            if dice.percent(2) {
                return Left::Dropped;
            }
        }
        Left::Broken
    }

    async fn cancel(&self, task_id: &str) {
        let path = format!("task/{task_id}/cancel");
        let (status, answer) = self.answered(|| self.client.post(self.of(&path))).await;
        let mut witness = self.witness();
        match answer["status"].as_str() {
            Some(end) if status == StatusCode::OK => witness.oracle.cancelled(task_id, end),
            Some(_) | None => {
                let words = format!("cancelling it got {status}: {answer}");
                witness.oracle.violate(task_id, &words);
            }
        }
    }

    /// Behind the end there is nothing, as often as one looks.
    async fn look_behind(&self, task_id: &str, reader: &Reader) {
        // The server may be away; then nothing is learnt.
        let Ok(answer) = self.open(task_id, reader).await else {
            return;
        };
        let status = answer.status();
        if status == StatusCode::NO_CONTENT || status == StatusCode::SERVICE_UNAVAILABLE {
            return;
        }
        // A server that is about to end opens nothing any more that has not ended at once.
        let body = answer.text().await.unwrap_or_default();
        if status != StatusCode::OK || body.contains("data:") {
            let words = format!("behind its end there is {status}: {body}");
            self.witness().oracle.violate(task_id, &words);
        }
    }

    pub(super) async fn open(
        &self,
        task_id: &str,
        reader: &Reader,
    ) -> Result<Response, reqwest::Error> {
        let path = format!("stream/{task_id}?partial_text=off");
        let mut request = self.client.get(self.of(&path));
        if let Some(cursor) = &reader.cursor {
            request = request.header("Last-Event-ID", cursor);
        }
        request.bearer_auth(&self.key).send().await
    }

    /// Repeats a request until it is answered, whatever becomes of the server.
    pub(super) async fn answered(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> (StatusCode, Value) {
        loop {
            let starts = *self.starts.borrow();
            let answer = async {
                let response = request().bearer_auth(&self.key).send().await?;
                let status = response.status();
                Ok::<_, reqwest::Error>((status, response.json().await?))
            };
            match answer.await {
                Ok((StatusCode::SERVICE_UNAVAILABLE, _)) | Err(_) => self.next_start(starts).await,
                Ok(answer) => return answer,
            }
        }
    }

    pub(super) fn of(&self, path: &str) -> String {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let url = &self.urls[turn % self.urls.len()];
        format!("{url}/api/v1/async-chat/{path}")
    }

    async fn next_start(&self, seen: u64) {
        let mut starts = self.starts.clone();
        let _ = timeout(MOMENT, starts.wait_for(|starts| *starts > seen)).await;
    }
}
