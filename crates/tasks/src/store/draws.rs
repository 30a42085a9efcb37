//! Draws: what was promised, what was revealed, and which lot a matter has had.

use std::num::NonZeroU32;

use hmac::{Hmac, KeyInit, Mac};
use kaucim_decks::draw::{Nonce, Secret, Terms};
use sha2::Sha256;

use super::{
    Store, StoreError,
    accounts::hold,
    connection::{Connection, Lock, Row},
};
use crate::{AccountId, DrawId};

/// How long a draw waits for its nonce.
const UNREVEALED_MS: i64 = 60 * 60 * 1000;

/// How long a revealed draw is kept, and a matter has the lot that was drawn for it.
const REVEALED_MS: i64 = 24 * 60 * 60 * 1000;

/// Who draws: an account, or one of its customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asker {
    pub account_id: AccountId,
    pub end_user: Option<String>,
}

/// What somebody asks of a deck, in a form that stays the same however it is written. Only a keyed
/// hash of it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Matter {
    /// A deck may answer for several; each of them is asked by itself.
    pub deity_id: String,
    pub deck_id: String,
    /// A changed deck is another one.
    pub version: String,
    pub text: String,
}

/// A draw that is to be stored.
pub(crate) struct NewDraw {
    pub draw_id: DrawId,
    pub asker: Asker,
    pub deity_id: String,
    pub terms: Terms,
    pub secret: Secret,
    /// Absent where each question has a lot of its own.
    pub matter: Option<Matter>,
    /// How many draws the account may have, this one included.
    pub most: u32,
    pub now_ms: i64,
}

/// A draw as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct DrawRow {
    pub draw_id: DrawId,
    pub asker: Asker,
    pub deity_id: String,
    pub terms: Terms,
    /// Absent where the server drew alone.
    pub secret: Option<Secret>,
    pub nonce: Option<Nonce>,
    pub number: Option<u32>,
    pub matter: Option<Hash>,
    pub asked: bool,
    pub expires_ms: i64,
}

pub(crate) type Hash = [u8; 32];

/// Why no draw is made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the account has as many draws as it may")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Stores a draw, or returns the one that the matter has; says whether it is new.
    pub(crate) async fn draw(&self, draw: NewDraw) -> Result<(DrawRow, bool), Refusal> {
        self.write(move |connection| {
            hold(connection, draw.asker.account_id)?;
            let matter = draw.matter.as_ref();
            let matter = matter.map(|matter| hash(connection, &draw.asker, matter));
            let matter = matter.transpose()?;
            if let Some(matter) = &matter {
                connection.lock(Lock::Matter(matter))?;
                forget_expired(connection, matter, draw.now_ms)?;
                if let Some(row) = of_matter(connection, matter)? {
                    return Ok((row, false));
                }
            }
            let count: u32 = connection.one(
                "SELECT count(*) FROM draws
                 WHERE account_id = ?1 AND secret IS NOT NULL AND expires_ms > ?2",
                &[draw.asker.account_id.into(), draw.now_ms.into()],
                |row| row.number(0),
            )?;
            if count >= draw.most {
                return Err(Refusal::TooMany);
            }
            let row = DrawRow {
                draw_id: draw.draw_id,
                asker: draw.asker,
                deity_id: draw.deity_id,
                terms: draw.terms,
                secret: Some(draw.secret),
                nonce: None,
                number: None,
                matter,
                asked: false,
                expires_ms: draw.now_ms + UNREVEALED_MS,
            };
            insert(connection, &row)?;
            Ok((row, true))
        })
        .await
    }

    /// Reveals a draw of this account; one that is revealed already stays as it is.
    pub(crate) async fn reveal(
        &self,
        account_id: AccountId,
        draw_id: DrawId,
        nonce: Nonce,
        now_ms: i64,
    ) -> Result<Option<DrawRow>, StoreError> {
        self.write(move |connection| {
            // The first nonce counts, however many come at once.
            let found = live(
                connection,
                (account_id, draw_id),
                now_ms,
                connection.for_update(),
            )?;
            let Some((mut row, secret)) =
                found.and_then(|row| row.secret.map(|secret| (row, secret)))
            else {
                return Ok(None);
            };
            if row.number.is_none() {
                row.number = Some(row.terms.number(&secret, &nonce));
                row.nonce = Some(nonce);
                row.expires_ms = now_ms + REVEALED_MS;
                connection.execute(
                    "UPDATE draws SET nonce = ?2, number = ?3, expires_ms = ?4
                     WHERE draw_id = ?1",
                    &[
                        draw_id.into(),
                        row.nonce.as_ref().map(Nonce::as_str).into(),
                        row.number.into(),
                        row.expires_ms.into(),
                    ],
                )?;
            }
            Ok(Some(row))
        })
        .await
    }

    /// The draw of this account that has not expired.
    pub(crate) async fn live_draw(
        &self,
        account_id: AccountId,
        draw_id: DrawId,
        now_ms: i64,
    ) -> Result<Option<DrawRow>, StoreError> {
        self.read(move |connection| live(connection, (account_id, draw_id), now_ms, ""))
            .await
    }

    /// The hash of a matter, and the lot that was drawn for it, if there is one.
    pub(crate) async fn lot_of(
        &self,
        asker: Asker,
        matter: Matter,
        now_ms: i64,
    ) -> Result<(Hash, Option<(DrawId, u32)>), StoreError> {
        self.read(move |connection| {
            let matter = hash(connection, &asker, &matter)?;
            let row = of_matter(connection, &matter)?.filter(|row| row.expires_ms > now_ms);
            let lot = row.and_then(|row| Some((row.draw_id, row.number?)));
            Ok((matter, lot))
        })
        .await
    }

    /// Deletes draws that are over, and with them which matter had which lot; returns how many.
    pub(crate) async fn delete_draws(&self, now_ms: i64) -> Result<usize, StoreError> {
        self.write(move |connection| {
            connection.execute("DELETE FROM draws WHERE expires_ms <= ?1", &[now_ms.into()])
        })
        .await
    }
}

/// Remembers the lot that the server drew alone, in the transaction that accepts its question.
/// Says whether the matter has no other lot. A draw of it that waits for its nonce is void: the
/// stick was put back.
pub(super) fn remember(
    connection: &Connection<'_>,
    drawn: DrawRow,
    now_ms: i64,
) -> Result<bool, StoreError> {
    if let Some(matter) = &drawn.matter {
        connection.lock(Lock::Matter(matter))?;
        forget_expired(connection, matter, now_ms)?;
        connection.execute(
            "DELETE FROM draws WHERE matter = ?1 AND number IS NULL",
            &[matter.into()],
        )?;
        if of_matter(connection, matter)?.is_some() {
            return Ok(false);
        }
        let expires_ms = now_ms + REVEALED_MS;
        insert(
            connection,
            &DrawRow {
                expires_ms,
                ..drawn
            },
        )?;
    }
    Ok(true)
}

/// Marks a draw as asked with, once; says whether it could be.
pub(super) fn ask_with(
    connection: &Connection<'_>,
    draw_id: DrawId,
    matter: Option<&Hash>,
    now_ms: i64,
) -> Result<bool, StoreError> {
    if let Some(matter) = matter {
        connection.lock(Lock::Matter(matter))?;
    }
    let marked = connection.execute(
        "UPDATE draws SET asked = 1
         WHERE draw_id = ?1 AND asked = 0 AND number IS NOT NULL AND expires_ms > ?2",
        &[draw_id.into(), now_ms.into()],
    )?;
    if let Some(matter) = matter {
        forget_expired(connection, matter, now_ms)?;
        // A stick that was drawn for the matter and not asked with was put back.
        connection.execute(
            "UPDATE draws SET matter = NULL WHERE matter = ?1 AND asked = 0 AND draw_id <> ?2",
            &[matter.into(), draw_id.into()],
        )?;
        // A matter that was asked with a lot keeps it.
        connection.execute(
            "UPDATE draws SET matter = ?2 WHERE draw_id = ?1 AND matter IS NULL
                AND NOT EXISTS (SELECT 1 FROM draws WHERE matter = ?2)",
            &[draw_id.into(), matter.into()],
        )?;
    }
    Ok(marked == 1)
}

/// Marks the draw that a matter had as asked with; says whether it is still there.
pub(super) fn ask_again(
    connection: &Connection<'_>,
    draw_id: DrawId,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let marked = connection.execute(
        "UPDATE draws SET asked = 1 WHERE draw_id = ?1 AND expires_ms > ?2",
        &[draw_id.into(), now_ms.into()],
    )?;
    Ok(marked == 1)
}

/// Who asks, of which deck, what; keyed, so that nothing can be told from it elsewhere.
fn hash(connection: &Connection<'_>, asker: &Asker, matter: &Matter) -> Result<Hash, StoreError> {
    let key = connection.one("SELECT key FROM matter_key", &[], |row| row.maybe_bytes(0))?;
    let key = key.ok_or(StoreError::Missing)?;
    let account_id = asker.account_id.to_string();
    let parts = [
        Some(account_id.as_str()),
        asker.end_user.as_deref(),
        Some(matter.deity_id.as_str()),
        Some(matter.deck_id.as_str()),
        Some(matter.version.as_str()),
        Some(matter.text.as_str()),
    ];
    let mut hash = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length");
    for part in parts {
        // Absent is not the same as empty.
        hash.update(&[u8::from(part.is_some())]);
        let part = part.unwrap_or_default();
        hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    Ok(hash.finalize().into_bytes().into())
}

const COLUMNS: &str = "draw_id, account_id, end_user, deity_id, deck_id, version, count, secret, \
    nonce, number, matter, asked, expires_ms";

fn of_matter(connection: &Connection<'_>, matter: &Hash) -> Result<Option<DrawRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM draws WHERE matter = ?1");
    connection.row(&sql, &[matter.into()], draw_row)
}

fn live(
    connection: &Connection<'_>,
    (account_id, draw_id): (AccountId, DrawId),
    now_ms: i64,
    locked: &str,
) -> Result<Option<DrawRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM draws
         WHERE draw_id = ?1 AND account_id = ?2 AND expires_ms > ?3{locked}"
    );
    let values = [draw_id.into(), account_id.into(), now_ms.into()];
    connection.row(&sql, &values, draw_row)
}

fn forget_expired(
    connection: &Connection<'_>,
    matter: &Hash,
    now_ms: i64,
) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM draws WHERE matter = ?1 AND expires_ms <= ?2",
        &[matter.into(), now_ms.into()],
    )?;
    Ok(())
}

fn insert(connection: &Connection<'_>, row: &DrawRow) -> Result<(), StoreError> {
    let secret = row.secret.as_ref().map(Secret::as_bytes);
    connection.execute(
        &format!(
            "INSERT INTO draws ({COLUMNS})
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        ),
        &[
            row.draw_id.into(),
            row.asker.account_id.into(),
            row.asker.end_user.as_ref().into(),
            (&row.deity_id).into(),
            (&row.terms.deck_id).into(),
            (&row.terms.version).into(),
            row.terms.count.get().into(),
            secret.into(),
            row.nonce.as_ref().map(Nonce::as_str).into(),
            row.number.into(),
            row.matter.as_ref().into(),
            row.asked.into(),
            row.expires_ms.into(),
        ],
    )?;
    Ok(())
}

fn draw_row(row: &Row<'_>) -> Result<DrawRow, StoreError> {
    let nonce = row.maybe_text(8)?;
    Ok(DrawRow {
        draw_id: row.id(0)?,
        asker: Asker {
            account_id: row.id(1)?,
            end_user: row.maybe_text(2)?,
        },
        deity_id: row.text(3)?,
        terms: Terms {
            deck_id: row.text(4)?,
            version: row.text(5)?,
            count: NonZeroU32::new(row.number(6)?).ok_or(StoreError::Misread(6))?,
        },
        secret: row.maybe_hash(7)?.map(Secret::from_bytes),
        nonce: nonce.and_then(|nonce| Nonce::new(nonce).ok()),
        number: row.maybe_number(9)?,
        matter: row.maybe_hash(10)?,
        asked: row.flag(11)?,
        expires_ms: row.number(12)?,
    })
}
