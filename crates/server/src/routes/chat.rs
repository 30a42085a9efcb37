//! The door of the AI SDK: a chat whose answers are readings, for `useChat` as it is.
//!
//! The SDK names a chat by an id of its own and says no more when it resumes or stops. So each
//! reading of a chat is accepted under a key that is made of that id and a number, and the newest
//! one is found by these keys, also after a restart.

use std::collections::BTreeMap;

use axum::{
    Json as JsonBody,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures::future::try_join_all;
use kaucim_fortune::Language;
use kaucim_tasks::{Accepted, AccountId, TaskId};
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    ask::{AskQuestion, Idempotency, submit},
    stream::{open, resets, ui_messages},
    task::Cancelled,
};
use crate::{
    App,
    auth::{Address, MayAsk, MayRead},
    body::Json,
    parameters::{Path, Query},
    problem::Problem,
    ui_messages::UiMessages,
};

/// How many readings one chat may have within the day that its keys are kept.
const READINGS: u32 = 16;

/// What `useChat` sends, and what may be added in the `body` of its transport.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ChatRequest {
    /// The chat's own id, whatever its client has chosen.
    id: String,
    /// The last one of the user is the question.
    messages: Vec<UiMessage>,
    /// Absent: the first deity that this server has.
    deity_id: Option<String>,
    /// Absent: the deity's first deck.
    deck_id: Option<String>,
    /// Absent: the server draws, fairly.
    fortune_number: Option<i64>,
    /// A revealed draw, in the place of a number; it can be asked with once.
    draw_id: Option<String>,
    /// `zh`, `zh-Hans`, `en` or `ja`; absent: detected from the question.
    #[schemars(with = "Option<Language>")]
    language: Option<String>,
    /// What else the asker tells; 2 KiB at most.
    #[serde(default)]
    context: BTreeMap<String, String>,
    /// An app's own customer; 64 characters at most, for keys only.
    #[schemars(length(max = 64))]
    end_user: Option<String>,
}

/// A message of a chat; whatever else it has is passed over.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UiMessage {
    role: String,
    #[serde(default)]
    parts: Vec<UiPart>,
}

/// A part of a message; only texts are read.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UiPart {
    r#type: String,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChatQuery {
    reset_step: Option<String>,
}

/// What is known of a chat.
struct Chat {
    newest: Option<Accepted>,
    /// The key of the next reading; absent where the chat has its fill.
    next: Option<Idempotency>,
}

/// Asks with the last message of the user, and streams the reading as the next message. Whoever
/// asks the same while it is being written is shown that reading.
pub(super) async fn send(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    address: Address,
    Query(query): Query<ChatQuery>,
    body: Json<ChatRequest, 1024>,
) -> Result<Response, Problem> {
    let request = body.value;
    let resets = resets(query.reset_step.as_deref())?;
    let account_id = who.account_id;
    let chat = Chat::find(&app, account_id, &request.id).await?;
    let question = request.question(&app)?;
    let open = open(&app, &who)?;
    let going_on = match chat.newest {
        Some(newest) => unfinished(&app, account_id, newest.task_id, &question).await?,
        None => None,
    };
    let task_id = match (going_on, chat.next) {
        (Some(task_id), _) => task_id,
        (None, None) => {
            return Err(Problem::Invalid(format!(
                "a chat has {READINGS} readings a day: begin another one"
            )));
        }
        (None, next) => submit(&app, (who, address), next, question).await?.task_id,
    };
    let message = UiMessages::new(task_id, resets);
    ui_messages(&app, account_id, message, open).await
}

/// The newest reading of the chat from its start, finished or not; 204 where there is none.
pub(super) async fn resume(
    State(app): State<App>,
    MayRead(who): MayRead,
    Path(chat_id): Path<String>,
    Query(query): Query<ChatQuery>,
) -> Result<Response, Problem> {
    let resets = resets(query.reset_step.as_deref())?;
    let chat = Chat::find(&app, who.account_id, &chat_id).await?;
    match chat.newest {
        None => Ok(StatusCode::NO_CONTENT.into_response()),
        Some(newest) => {
            let open = open(&app, &who)?;
            let message = UiMessages::new(newest.task_id, resets);
            ui_messages(&app, who.account_id, message, open).await
        }
    }
}

/// Ends the newest reading of the chat: what `stop()` of the SDK does not do.
pub(super) async fn stop(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    Path(chat_id): Path<String>,
) -> Result<JsonBody<Cancelled>, Problem> {
    let chat = Chat::find(&app, who.account_id, &chat_id).await?;
    let newest = chat.newest.ok_or(Problem::TaskNotFound)?;
    let task_id = newest.task_id;
    let status = app.tasks.cancel(who.account_id, task_id).await?;
    Ok(JsonBody(Cancelled { task_id, status }))
}

impl Chat {
    async fn find(app: &App, account_id: AccountId, chat_id: &str) -> Result<Self, Problem> {
        let keys: Vec<Idempotency> = (1..=READINGS).map(|place| key(chat_id, place)).collect();
        let found = keys
            .iter()
            .map(|key| app.tasks.accepted_before(account_id, key.clone()));
        let found = try_join_all(found).await?;
        let free = found.iter().position(Option::is_none);
        Ok(Self {
            newest: found
                .into_iter()
                .flatten()
                // Their ids are in the order of time.
                .max_by_key(|accepted| accepted.task_id),
            next: free.and_then(|place| keys.into_iter().nth(place)),
        })
    }
}

/// A key that no client can send, as it holds spaces.
fn key(chat_id: &str, place: u32) -> Idempotency {
    let hash: [u8; 32] = Sha256::digest(chat_id).into();
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    (format!("chat {digits} {place}"), hash)
}

/// This reading, if it is of the same question to the same deity and has not ended.
async fn unfinished(
    app: &App,
    account_id: AccountId,
    task_id: TaskId,
    asked: &AskQuestion,
) -> Result<Option<TaskId>, Problem> {
    let task = app.tasks.task(account_id, task_id).await?;
    let is_same = task.question == asked.question.trim() && task.deity_id == asked.deity_id;
    Ok((is_same && !task.status.is_final()).then_some(task_id))
}

impl ChatRequest {
    fn question(self, app: &App) -> Result<AskQuestion, Problem> {
        let message = self.messages.iter().rfind(|message| message.role == "user");
        let message = message.ok_or_else(|| {
            Problem::Invalid("`messages` holds no message of the user".to_owned())
        })?;
        let texts = message.parts.iter().filter(|part| part.r#type == "text");
        let texts: Vec<&str> = texts.filter_map(|part| part.text.as_deref()).collect();
        let question = texts.join("\n");
        let deity_id = match self.deity_id {
            Some(deity_id) => deity_id,
            None => {
                let deities = app.fortune.library().deities();
                let first = deities.first().map(|deity| deity.id.clone());
                first.ok_or_else(|| Problem::UnknownDeity("there is no deity".to_owned()))?
            }
        };
        Ok(AskQuestion {
            deity_id,
            deck_id: self.deck_id,
            fortune_number: self.fortune_number,
            draw_id: self.draw_id,
            question,
            language: self.language,
            context: self.context,
            end_user: self.end_user,
        })
    }
}
