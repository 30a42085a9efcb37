//! Drawing so that anyone can verify it: the promise, the asker's nonce, and what comes of both.

use axum::{
    Json as JsonBody,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use kaucim_decks::draw::{Commitment, Nonce, Secret};
use kaucim_fortune::{Lot, Question};
use kaucim_tasks::{AlreadyDrawn, DrawId, DrawRequest, Revealed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::end_user;
use crate::{
    App,
    auth::{Address, MayAsk},
    body::Json,
    parameters::Path,
    problem::Problem,
};

/// Who draws for what.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct DrawLot {
    /// Absent: the deity's first deck.
    deck_id: Option<String>,
    /// What is to be asked, so that one matter has one lot; absent: not known yet.
    #[schemars(length(min = 1, max = 1000), regex(pattern = r"\S"))]
    question: Option<String>,
    /// An app's own customer; 64 characters at most, for keys only.
    #[schemars(length(max = 64))]
    end_user: Option<String>,
}

/// What the server is bound to before the nonce is known.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DrawPromised {
    /// Absent where the matter has a lot that the server drew alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    draw_id: Option<DrawId>,
    /// SHA-256 over the secret, the deck, its version and its count.
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment: Option<Commitment>,
    deck_id: String,
    version: String,
    /// Numbers run from 1 to this.
    count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    expires_at: Option<Timestamp>,
    /// The lot that the same matter was given within the last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    already_drawn: Option<LotOfMatter>,
}

/// A lot that stands for a matter.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LotOfMatter {
    number: u32,
    lot: Lot,
    /// Whether a question was asked with it.
    asked: bool,
}

/// The asker's part.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Reveal {
    /// Any text of 1 to 128 bytes.
    #[schemars(length(min = 1, max = 128))]
    nonce: String,
}

/// A draw with all that is needed to check it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DrawRevealed {
    draw_id: DrawId,
    deity_id: String,
    deck_id: String,
    version: String,
    count: u32,
    commitment: Commitment,
    secret: Secret,
    /// The first one that was sent.
    nonce: Nonce,
    number: u32,
    /// Absent where the deck has changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<Lot>,
    #[schemars(with = "String")]
    expires_at: Timestamp,
}

/// What is no identifier names no draw.
pub(super) fn draw_id(text: &str) -> Result<DrawId, Problem> {
    text.parse().map_err(|_| Problem::DrawNotFound)
}

pub(super) async fn draw(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    Address(address): Address,
    Path(deity_id): Path<String>,
    body: Json<DrawLot>,
) -> Result<Response, Problem> {
    if app.draining.is_cancelled() {
        return Err(Problem::Draining);
    }
    let DrawLot {
        deck_id,
        question,
        end_user: named,
    } = body.value;
    let end_user = end_user(named, who.is_guest)?;
    let question = question.map(|text| Question::new(&text)).transpose();
    let question = question.map_err(|error| Problem::Invalid(error.to_string()))?;
    app.limiter.draw(&who, address)?;
    let drawn = app.tasks.draw(DrawRequest {
        account_id: who.account_id,
        is_guest: who.is_guest,
        end_user,
        deity_id,
        deck_id,
        question,
    });
    let drawn = drawn.await?;
    let status = if drawn.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let promised = DrawPromised {
        draw_id: drawn.draw.as_ref().map(|draw| draw.draw_id),
        commitment: drawn.draw.as_ref().map(|draw| draw.commitment),
        deck_id: drawn.terms.deck_id,
        version: drawn.terms.version,
        count: drawn.terms.count.get(),
        expires_at: drawn.draw.map(|draw| draw.expires_at),
        already_drawn: drawn
            .already
            .map(|AlreadyDrawn { lot, asked }| LotOfMatter {
                number: lot.number,
                lot,
                asked,
            }),
    };
    Ok((status, JsonBody(promised)).into_response())
}

pub(super) async fn reveal(
    State(app): State<App>,
    MayAsk(who): MayAsk,
    Path(id): Path<String>,
    body: Json<Reveal>,
) -> Result<JsonBody<DrawRevealed>, Problem> {
    let draw_id = draw_id(&id)?;
    let nonce = Nonce::new(body.value.nonce);
    let nonce = nonce.map_err(|error| Problem::Invalid(error.to_string()))?;
    let Revealed {
        draw_id,
        deity_id,
        proof,
        lot,
        expires_at,
    } = app.tasks.reveal(who.account_id, draw_id, nonce).await?;
    Ok(JsonBody(DrawRevealed {
        draw_id,
        deity_id,
        deck_id: proof.deck_id,
        version: proof.version,
        count: proof.count.get(),
        commitment: proof.commitment,
        secret: proof.secret,
        nonce: proof.nonce,
        number: proof.number,
        lot,
        expires_at,
    }))
}
