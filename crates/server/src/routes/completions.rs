//! The door of OpenAI's clients: a model is a deity, and its answer a reading.

use axum::{
    Json as JsonBody,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use kaucim_fortune::Language;
use kaucim_tasks::{Status, TaskDocument, TaskId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ask::{AskQuestion, idempotency, submit},
    stream::{from_the_start, open},
};
use crate::{
    App,
    auth::{Address, MayAskWithKey},
    body::Json,
    completions::{Completion, CompletionChunks},
    parameters::Path,
    problem::Problem,
    sse::{self, Encoding},
};

/// What all names of models begin with.
const PREFIX: &str = "kaucim/";

/// What a client of OpenAI's API sends. Whatever else it has is passed over: a reading has the
/// temperature and the length that the operator has chosen.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CompletionRequest {
    /// `kaucim/DEITY`, or `kaucim/DEITY/DECK`.
    model: String,
    /// The last one of the user is the question.
    messages: Vec<ChatMessage>,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    /// An app's own customer; 64 characters at most.
    #[schemars(length(max = 64))]
    user: Option<String>,
    /// How many answers; there is one.
    #[schemars(range(min = 1, max = 1))]
    n: Option<u32>,
    /// Beyond OpenAI's API: the number of a lot that was drawn elsewhere.
    fortune_number: Option<i64>,
    /// Beyond OpenAI's API: a revealed draw.
    draw_id: Option<String>,
    /// Beyond OpenAI's API: the language of the reading.
    #[schemars(with = "Option<Language>")]
    language: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ChatMessage {
    role: String,
    /// A text, or parts of which only texts are read.
    #[serde(default)]
    content: Value,
}

/// All deities, as models.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Models {
    object: &'static str,
    data: Vec<Model>,
}

/// A deity, or one of its decks.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Model {
    id: String,
    object: &'static str,
    created: u32,
    owned_by: &'static str,
}

pub(super) async fn complete(
    State(app): State<App>,
    who: Result<MayAskWithKey, Problem>,
    address: Address,
    headers: HeaderMap,
    body: Result<Json<CompletionRequest, 1024>, Problem>,
) -> Response {
    let answer = async { answer(&app, (who?, address), &headers, body?).await };
    answer.await.unwrap_or_else(Problem::into_openai)
}

pub(super) async fn models(
    State(app): State<App>,
    who: Result<MayAskWithKey, Problem>,
) -> Response {
    match who {
        Ok(MayAskWithKey(_)) => {
            let models = Models {
                object: "list",
                data: names(&app).into_iter().map(Model::named).collect(),
            };
            JsonBody(models).into_response()
        }
        Err(problem) => problem.into_openai(),
    }
}

pub(super) async fn model(
    State(app): State<App>,
    who: Result<MayAskWithKey, Problem>,
    Path(model): Path<String>,
) -> Response {
    let known = who.and_then(|MayAskWithKey(_)| {
        if names(&app).contains(&model) {
            Ok(Model::named(model))
        } else {
            Err(unknown(&model))
        }
    });
    match known {
        Ok(model) => JsonBody(model).into_response(),
        Err(problem) => problem.into_openai(),
    }
}

/// Asks, and answers with the reading: at once and piece by piece, or whole when it is finished. A
/// client that goes away cancels nothing.
async fn answer(
    app: &App,
    (MayAskWithKey(who), address): (MayAskWithKey, Address),
    headers: &HeaderMap,
    body: Json<CompletionRequest, 1024>,
) -> Result<Response, Problem> {
    let idempotency = idempotency(headers, &body)?;
    let request = body.value;
    let (model, streams) = (request.model.clone(), request.stream == Some(true));
    let options = request.stream_options.as_ref();
    let tells_usage = options.is_some_and(|options| options.include_usage == Some(true));
    let question = request.question()?;
    let account_id = who.account_id;
    let open = open(app, &who)?;
    let task_id = submit(app, (who, address), idempotency, question)
        .await?
        .task_id;
    let mut frames = from_the_start(app, account_id, task_id).await?;
    let task = app.tasks.task(account_id, task_id).await?;
    let completion = Completion::of(&task, model);
    let mut response = if streams {
        let chunks = CompletionChunks::new(completion, tells_usage);
        let draining = app.draining.clone();
        sse::stream_of(Encoding::Completion(chunks), frames, draining, open)
    } else {
        // A stream of one piece, which ends with what it was opened with.
        let ended = async { while frames.next().await.is_some() {} };
        tokio::select! {
            () = ended => {}
            () = app.draining.cancelled() => {}
            () = open.ended.cancelled() => return Err(Problem::Unauthenticated),
        }
        whole(&completion, app.tasks.task(account_id, task_id).await?)?
    };
    name_task(&mut response, task_id);
    Ok(response)
}

fn whole(completion: &Completion, task: TaskDocument) -> Result<Response, Problem> {
    let task_id = task.task_id;
    match (task.status, task.result) {
        (Status::Completed, Some(result)) => {
            Ok(JsonBody(completion.whole(&result)).into_response())
        }
        (Status::Failed, _) => {
            let detail = task.error.map(|error| error.message).unwrap_or_default();
            Err(Problem::ReadingFailed { task_id, detail })
        }
        (Status::Cancelled, _) => Err(Problem::TaskCancelled(task_id)),
        (Status::Queued | Status::Retrieving | Status::Generating | Status::Completed, _) => {
            Err(Problem::Interrupted(task_id))
        }
    }
}

/// The id that OpenAI's clients show beside an answer.
fn name_task(response: &mut Response, task_id: TaskId) {
    if let Ok(id) = HeaderValue::try_from(task_id.to_string()) {
        let name = HeaderName::from_static("x-request-id");
        response.headers_mut().insert(name, id);
    }
}

/// Every deity, and every deck of those that have several.
fn names(app: &App) -> Vec<String> {
    let deities = app.fortune.library().deities();
    let of_deity = deities.iter().flat_map(|deity| {
        let decks: &[_] = match deity.decks.as_slice() {
            [_] => &[],
            several => several,
        };
        let decks = decks
            .iter()
            .map(|deck| format!("{PREFIX}{}/{}", deity.id, deck.id));
        std::iter::once(format!("{PREFIX}{}", deity.id)).chain(decks)
    });
    of_deity.collect()
}

fn unknown(model: &str) -> Problem {
    Problem::UnknownDeity(format!("there is no model `{model}`; see /v1/models"))
}

impl Model {
    fn named(id: String) -> Self {
        Self {
            id,
            object: "model",
            created: 0,
            owned_by: "kaucim",
        }
    }
}

impl CompletionRequest {
    fn question(self) -> Result<AskQuestion, Problem> {
        if self.n.is_some_and(|n| n != 1) {
            return Err(Problem::Invalid("`n` is 1".to_owned()));
        }
        let name = self.model.strip_prefix(PREFIX);
        let name = name.ok_or_else(|| unknown(&self.model))?;
        let (deity_id, deck_id) = match name.split_once('/') {
            Some((deity_id, deck_id)) => (deity_id, Some(deck_id)),
            None => (name, None),
        };
        let message = self.messages.iter().rfind(|message| message.role == "user");
        let message = message.ok_or_else(|| {
            Problem::Invalid("`messages` holds no message of the user".to_owned())
        })?;
        Ok(AskQuestion {
            deity_id: deity_id.to_owned(),
            deck_id: deck_id.map(str::to_owned),
            fortune_number: self.fortune_number,
            draw_id: self.draw_id,
            question: message.text(),
            language: self.language,
            context: std::collections::BTreeMap::new(),
            end_user: self.user,
        })
    }
}

impl ChatMessage {
    fn text(&self) -> String {
        match &self.content {
            Value::String(text) => text.clone(),
            Value::Array(parts) => {
                let texts = parts.iter().filter(|part| part["type"] == "text");
                let texts: Vec<&str> = texts.filter_map(|part| part["text"].as_str()).collect();
                texts.join("\n")
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
        }
    }
}
