//! One more question about a reading, on the same lot.

use std::collections::BTreeMap;

use axum::{extract::State, http::HeaderMap, response::Response};
use kaucim_fortune::Language;
use kaucim_tasks::TaskId;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    ask::{AskQuestion, Idempotency, idempotency, promised, submit_after},
    task::task_id,
};
use crate::{
    App,
    auth::{Address, MayAsk},
    body::Json,
    parameters::Path,
    problem::Problem,
};

/// A question that follows a reading. Its lot, and with it deity and deck, are that reading's.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AskFollowUp {
    /// 1 to 1000 characters.
    #[schemars(length(min = 1, max = 1000), regex(pattern = r"\S"))]
    question: String,
    /// `zh`, `zh-Hans`, `en` or `ja`; absent: that of the first reading.
    #[schemars(with = "Option<Language>")]
    language: Option<String>,
    /// What else the asker tells; 2 KiB at most.
    #[serde(default)]
    context: BTreeMap<String, String>,
    /// The customer who asked the first question; absent: the same. For keys only.
    #[schemars(length(max = 64))]
    end_user: Option<String>,
}

pub(super) async fn follow_up(
    State(app): State<App>,
    (MayAsk(who), address): (MayAsk, Address),
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Json<AskFollowUp>,
) -> Result<Response, Problem> {
    let first = task_id(&id)?;
    let idempotency = idempotency(&headers, &body)?.map(|request| of_reading(request, first));
    let AskFollowUp {
        question,
        language,
        context,
        end_user,
    } = body.value;
    let question = AskQuestion {
        deity_id: String::new(),
        deck_id: None,
        fortune_number: None,
        draw_id: None,
        question,
        language,
        context,
        end_user,
    };
    let accepted = submit_after(&app, (who, address), idempotency, question, Some(first)).await?;
    Ok(promised(accepted))
}

/// The same words about another reading are another request.
fn of_reading((key, body_hash): Idempotency, first: TaskId) -> Idempotency {
    let hash = Sha256::new()
        .chain_update(first.to_string())
        .chain_update(body_hash);
    (key, hash.finalize().into())
}
