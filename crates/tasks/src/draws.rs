//! Drawing so that anyone can verify it: the promise, then the asker's word, then the number.

use jiff::Timestamp;
use kaucim_decks::{
    Deck, LookupError as LotError, Redraw,
    draw::{Commitment, Nonce, Proof, Secret, Terms},
};
use kaucim_fortune::{Lot, Question};

use crate::{
    AccountId, DrawId, StoreError, Tasks,
    store::draws::{Asker, DrawRow, Matter, NewDraw, Refusal},
    tasks::timestamp,
};

/// Somebody wants to draw.
#[derive(Debug, Clone)]
pub struct DrawRequest {
    pub account_id: AccountId,
    pub is_guest: bool,
    /// An app's own customer.
    pub end_user: Option<String>,
    pub deity_id: String,
    /// Absent: the deity's first deck.
    pub deck_id: Option<String>,
    /// What is to be asked; absent: not known yet.
    pub question: Option<Question>,
}

/// A draw that waits for its nonce, or what the matter has drawn already.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Absent where the server drew alone.
    pub draw: Option<Promised>,
    pub terms: Terms,
    /// Whether this draw was made now.
    pub is_new: bool,
    pub already: Option<AlreadyDrawn>,
}

/// What the server is bound to.
#[derive(Debug, Clone)]
pub struct Promised {
    pub draw_id: DrawId,
    pub commitment: Commitment,
    pub expires_at: Timestamp,
}

/// The lot that a matter was given within the last day.
#[derive(Debug, Clone)]
pub struct AlreadyDrawn {
    pub lot: Lot,
    /// Whether a question was asked with it.
    pub asked: bool,
}

/// A draw as anyone can check it.
#[derive(Debug, Clone)]
pub struct Revealed {
    pub draw_id: DrawId,
    pub deity_id: String,
    pub proof: Proof,
    /// Absent where the deck has changed since.
    pub lot: Option<Lot>,
    pub expires_at: Timestamp,
}

/// Why nothing is drawn or revealed.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    #[error(transparent)]
    Lookup(#[from] LotError),
    /// Of this account, or at all.
    #[error("no such draw")]
    NotFound,
    #[error("the account has as many draws as it may")]
    TooMany,
    #[error("the storage does not answer")]
    Store(#[from] StoreError),
}

/// Why a question cannot be asked with a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DrawRefusal {
    #[error("no such draw")]
    NotFound,
    #[error("the draw has not been revealed yet")]
    NotRevealed,
    #[error("a question was asked with this draw already")]
    Asked,
    #[error("the deck has changed since the lot was drawn")]
    DeckChanged,
    #[error("the draw is of another deity or deck")]
    OtherDeck,
    #[error("the draw was made for another question")]
    OtherMatter,
    #[error("either a number or a draw is asked with, not both")]
    WithNumber,
}

impl Tasks {
    /// Binds the server to a secret before the asker says anything. Asking again for the same
    /// matter finds the same draw, and within a day of its lot that lot.
    pub async fn draw(&self, request: DrawRequest) -> Result<Drawn, DrawError> {
        let settings = &self.shared.settings;
        let library = self.shared.fortune.library();
        let deck = library.deck(&request.deity_id, request.deck_id.as_deref())?;
        let limits = self.shared.allowances.limits();
        let draw = NewDraw {
            draw_id: settings.clock.draw_id(),
            asker: Asker {
                account_id: request.account_id,
                end_user: request.end_user,
            },
            deity_id: request.deity_id,
            terms: deck.terms(),
            secret: Secret::random(),
            matter: request
                .question
                .and_then(|question| matter(&deck, &question)),
            most: if request.is_guest {
                limits.draws_per_guest
            } else {
                limits.draws_per_account
            },
            now_ms: settings.clock.now_ms(),
        };
        let (row, is_new) = self.shared.store.draw(draw).await?;
        let already = match row.number {
            None => None,
            Some(number) => Some(AlreadyDrawn {
                lot: (*deck.lot(number)?).clone(),
                asked: row.asked,
            }),
        };
        Ok(Drawn {
            draw: row.secret.map(|secret| Promised {
                draw_id: row.draw_id,
                commitment: row.terms.commitment(&secret),
                expires_at: timestamp(row.expires_ms),
            }),
            terms: row.terms,
            is_new,
            already,
        })
    }

    /// Shows the secret and the number that follows from it and the first nonce that was sent.
    pub async fn reveal(
        &self,
        account_id: AccountId,
        draw_id: DrawId,
        nonce: Nonce,
    ) -> Result<Revealed, DrawError> {
        let now_ms = self.shared.settings.clock.now_ms();
        let store = &self.shared.store;
        let row = store.reveal(account_id, draw_id, nonce, now_ms).await?;
        let row = row.ok_or(DrawError::NotFound)?;
        let lot = self.lot_of_draw(&row);
        let (Some(secret), Some(nonce)) = (row.secret, row.nonce) else {
            return Err(DrawError::NotFound);
        };
        Ok(Revealed {
            draw_id,
            deity_id: row.deity_id,
            proof: row.terms.proof(secret, nonce),
            lot,
            expires_at: timestamp(row.expires_ms),
        })
    }

    fn lot_of_draw(&self, row: &DrawRow) -> Option<Lot> {
        let library = self.shared.fortune.library();
        let deck = library.deck(&row.deity_id, Some(&row.terms.deck_id)).ok()?;
        let stands = deck.version == row.terms.version;
        let lot = deck.lot(row.number?).ok().filter(|_| stands)?;
        Some((*lot).clone())
    }
}

/// What counts as the same matter in this deck; nothing where each question has a lot of its own.
pub(crate) fn matter(deck: &Deck, question: &Question) -> Option<Matter> {
    match deck.redraw {
        Redraw::Always => None,
        Redraw::SameMatterSameLot => Some(Matter {
            deity_id: deck.deity_id.clone(),
            deck_id: deck.id.clone(),
            version: deck.version.clone(),
            text: question.matter(),
        }),
    }
}

impl From<Refusal> for DrawError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooMany => Self::TooMany,
            Refusal::Store(error) => Self::Store(error),
        }
    }
}
