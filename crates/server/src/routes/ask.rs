//! Asking: a question comes in, and is stored before it is answered.

use std::{collections::BTreeMap, sync::atomic::Ordering::Relaxed};

use axum::{
    Json as JsonBody,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use kaucim_fortune::{Ask, Language, Lot, Question};
use kaucim_tasks::{
    Accepted, Follow, FollowOptions, LookupError, Principal, Status, Submission, TaskDocument,
    TaskId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::draw::draw_id;
use crate::{
    App,
    auth::{Address, MayAsk},
    body::Json,
    problem::Problem,
};

const CONTEXT_BYTES: usize = 2048;
const END_USER_CHARACTERS: usize = 64;
const IDEMPOTENCY_KEY_BYTES: usize = 255;

/// A key of the client's choice, and the hash of the request that it stands for.
pub(super) type Idempotency = (String, [u8; 32]);

/// A question to a deity.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AskQuestion {
    pub(super) deity_id: String,
    /// Absent: the deity's first deck.
    pub(super) deck_id: Option<String>,
    /// Absent: the server draws, fairly.
    pub(super) fortune_number: Option<i64>,
    /// A revealed draw, in the place of a number; it can be asked with once.
    pub(super) draw_id: Option<String>,
    /// 1 to 1000 characters.
    #[schemars(length(min = 1, max = 1000), regex(pattern = r"\S"))]
    pub(super) question: String,
    /// `zh`, `zh-Hans`, `en` or `ja`; absent: detected from the question.
    #[schemars(with = "Option<Language>")]
    pub(super) language: Option<String>,
    /// What else the asker tells; 2 KiB at most.
    #[serde(default)]
    pub(super) context: BTreeMap<String, String>,
    /// An app's own customer; 64 characters at most, for keys only.
    #[schemars(length(max = 64))]
    pub(super) end_user: Option<String>,
}

/// The promise, and where to see it kept.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AskAccepted {
    task_id: TaskId,
    status: Status,
    lot: Lot,
    /// The lot was drawn here, rather than named by the asker.
    drawn: bool,
    /// It is the lot that the same matter was given within the last day.
    already_drawn: bool,
    stream_url: String,
    status_url: String,
    cancel_url: String,
}

pub(super) async fn ask_question(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    address: Address,
    headers: HeaderMap,
    body: Json<AskQuestion>,
) -> Result<Response, Problem> {
    let idempotency = idempotency(&headers, &body)?;
    let accepted = submit(&app, (who, address), idempotency, body.value).await?;
    Ok(promised(accepted))
}

/// The answer to a question that was accepted.
pub(super) fn promised(accepted: Accepted) -> Response {
    let Accepted {
        task_id,
        status,
        lot,
        drawn,
        already_drawn,
    } = accepted;
    let task_url = format!("/api/v1/async-chat/task/{task_id}");
    let accepted = AskAccepted {
        task_id,
        status,
        lot,
        drawn,
        already_drawn,
        stream_url: format!("/api/v1/async-chat/stream/{task_id}"),
        cancel_url: format!("{task_url}/cancel"),
        status_url: task_url,
    };
    (StatusCode::ACCEPTED, JsonBody(accepted)).into_response()
}

/// The same task, limits and idempotency; the reading in one piece, or the task after a while.
pub(super) async fn interpret(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    address: Address,
    headers: HeaderMap,
    body: Json<AskQuestion>,
) -> Result<Response, Problem> {
    let account_id = who.account_id;
    // It is a stream of one piece: it counts as one, and ends with what it was opened with.
    let open = app
        .streams
        .open(&who, app.streams_per_account.load(Relaxed));
    let open = open.ok_or(Problem::TooManyStreams)?;
    let idempotency = idempotency(&headers, &body)?;
    let accepted = submit(&app, (who, address), idempotency, body.value).await?;
    let task_id = accepted.task_id;
    let options = FollowOptions {
        cursor: None,
        partial_text: false,
    };
    let lost = |error| match error {
        LookupError::Store(_) => Problem::StorageLost(task_id),
        // It was erased meanwhile.
        LookupError::NotFound => Problem::TaskNotFound,
    };
    let follow = app.tasks.follow(account_id, task_id, options).await;
    if let Follow::Frames(mut frames) = follow.map_err(lost)? {
        let ended = async { while frames.next().await.is_some() {} };
        tokio::select! {
            () = ended => {}
            () = tokio::time::sleep(app.settings.interpret_wait) => {}
            () = app.draining.cancelled() => {}
            () = open.ended.cancelled() => return Err(Problem::Unauthenticated),
        }
    }
    answer(app.tasks.task(account_id, task_id).await.map_err(lost)?)
}

fn answer(task: TaskDocument) -> Result<Response, Problem> {
    let task_id = task.task_id;
    match (task.status, task.result) {
        (Status::Completed, Some(result)) => Ok(JsonBody(result).into_response()),
        (Status::Failed, _) => {
            let detail = task.error.map(|error| error.message).unwrap_or_default();
            Err(Problem::ReadingFailed { task_id, detail })
        }
        (Status::Cancelled, _) => Err(Problem::TaskCancelled(task_id)),
        (status, result) => {
            let task = TaskDocument {
                status,
                result,
                ..task
            };
            Ok((StatusCode::ACCEPTED, JsonBody(task)).into_response())
        }
    }
}

/// Accepts a question, whichever door it came in by.
pub(super) async fn submit(
    app: &App,
    asker: (Principal, Address),
    idempotency: Option<Idempotency>,
    question: AskQuestion,
) -> Result<Accepted, Problem> {
    submit_after(app, asker, idempotency, question, None).await
}

/// Accepts a question that may follow a reading; that one's lot stands in for deity, deck and
/// number.
pub(super) async fn submit_after(
    app: &App,
    (who, Address(address)): (Principal, Address),
    idempotency: Option<Idempotency>,
    question: AskQuestion,
    follows: Option<TaskId>,
) -> Result<Accepted, Problem> {
    if app.draining.is_cancelled() {
        return Err(Problem::Draining);
    }
    if let Some(idempotency) = idempotency.clone()
        && let Some(first) = app
            .tasks
            .accepted_before(who.account_id, idempotency)
            .await?
    {
        return Ok(first);
    }
    let end_user = end_user(question.end_user.clone(), who.is_guest)?;
    let draw_id = question.draw_id.as_deref().map(draw_id).transpose()?;
    let ask = ask(app, question)?;
    app.limiter.question(&who, address)?;
    let submission = Submission {
        account_id: who.account_id,
        is_guest: who.is_guest,
        address: Some(address),
        budget_id: who.credential.budget_id().to_owned(),
        end_user,
        ask,
        draw_id,
        follows,
        idempotency,
    };
    Ok(app.tasks.submit(submission).await?)
}

fn ask(app: &App, question: AskQuestion) -> Result<Ask, Problem> {
    let invalid = |error: &dyn std::error::Error| Problem::Invalid(error.to_string());
    let context_bytes: usize = question
        .context
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if context_bytes > CONTEXT_BYTES {
        return Err(Problem::Invalid(format!(
            "`context` is over {CONTEXT_BYTES} bytes"
        )));
    }
    let language = question.language.map(|code| code.parse()).transpose();
    let number = match question
        .fortune_number
        .map(|number| (number, u32::try_from(number)))
    {
        None => None,
        Some((_, Ok(number))) => Some(number),
        Some((number, Err(_))) => {
            // No deck reaches so far; but whom there is not to ask counts first.
            let library = app.fortune.library();
            library.deck(&question.deity_id, question.deck_id.as_deref())?;
            return Err(Problem::UnknownLot(format!("there is no lot {number}")));
        }
    };
    Ok(Ask {
        deity_id: question.deity_id,
        deck_id: question.deck_id,
        number,
        question: Question::new(&question.question).map_err(|error| invalid(&error))?,
        language: language.map_err(|error: kaucim_decks::UnknownLanguage| invalid(&error))?,
        context: question.context,
        resume: None,
    })
}

/// The customer whom a key names; guests have none.
pub(super) fn end_user(name: Option<String>, is_guest: bool) -> Result<Option<String>, Problem> {
    match name {
        Some(name) if name.chars().count() > END_USER_CHARACTERS => Err(Problem::Invalid(format!(
            "`end_user` has over {END_USER_CHARACTERS} characters"
        ))),
        name => Ok(name.filter(|_| !is_guest)),
    }
}

/// What the client says that this request is, if it says so.
pub(super) fn idempotency<T, const KIB: usize>(
    headers: &HeaderMap,
    body: &Json<T, KIB>,
) -> Result<Option<Idempotency>, Problem> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match key.to_str() {
        Ok(key)
            if (1..=IDEMPOTENCY_KEY_BYTES).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(Some((key.to_owned(), body.hash)))
        }
        Ok(_) | Err(_) => Err(Problem::Invalid(format!(
            "`Idempotency-Key` has 1 to {IDEMPOTENCY_KEY_BYTES} visible ASCII characters"
        ))),
    }
}
