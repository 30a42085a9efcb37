//! What is kept about one account, as of one moment.

use super::{Store, StoreError, connection::Connection};
use crate::{AccountExport, AccountId, DrawExport, KeyExport, tasks::timestamp};

impl Store {
    pub(crate) async fn export(
        &self,
        account_id: AccountId,
    ) -> Result<Option<AccountExport>, StoreError> {
        self.read(move |connection| {
            let account = connection.row(
                "SELECT kind, name, created_ms FROM accounts WHERE account_id = ?1",
                &[account_id.into()],
                |row| {
                    Ok(AccountExport {
                        account_id,
                        kind: row.text(0)?,
                        name: row.text(1)?,
                        created_at: timestamp(row.number(2)?),
                        keys: Vec::new(),
                        draws: Vec::new(),
                    })
                },
            )?;
            let Some(account) = account else {
                return Ok(None);
            };
            Ok(Some(AccountExport {
                keys: keys(connection, account_id)?,
                draws: draws(connection, account_id)?,
                ..account
            }))
        })
        .await
    }
}

fn keys(connection: &Connection<'_>, account_id: AccountId) -> Result<Vec<KeyExport>, StoreError> {
    connection.rows(
        "SELECT label, name, scopes, created_ms, expires_ms, revoked_ms FROM keys
         WHERE account_id = ?1 ORDER BY created_ms",
        &[account_id.into()],
        |row| {
            Ok(KeyExport {
                label: row.text(0)?,
                name: row.text(1)?,
                scopes: row.text(2)?,
                created_at: timestamp(row.number(3)?),
                expires_at: row.maybe_number(4)?.map(timestamp),
                revoked_at: row.maybe_number(5)?.map(timestamp),
            })
        },
    )
}

fn draws(
    connection: &Connection<'_>,
    account_id: AccountId,
) -> Result<Vec<DrawExport>, StoreError> {
    connection.rows(
        "SELECT draw_id, end_user, deity_id, deck_id, nonce, number, asked, expires_ms FROM draws
         WHERE account_id = ?1 ORDER BY draw_id",
        &[account_id.into()],
        |row| {
            Ok(DrawExport {
                draw_id: row.text(0)?,
                end_user: row.maybe_text(1)?,
                deity_id: row.text(2)?,
                deck_id: row.text(3)?,
                nonce: row.maybe_text(4)?,
                number: row.maybe_number(5)?,
                asked: row.flag(6)?,
                expires_at: timestamp(row.number(7)?),
            })
        },
    )
}
