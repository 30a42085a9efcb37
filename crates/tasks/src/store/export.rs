//! What is kept about one account, as of one moment.

use rusqlite::{Connection, OptionalExtension};

use super::{Store, StoreError};
use crate::{AccountExport, AccountId, DrawExport, KeyExport, tasks::timestamp};

impl Store {
    pub(crate) async fn export(
        &self,
        account_id: AccountId,
    ) -> Result<Option<AccountExport>, StoreError> {
        self.read(move |connection| {
            let account = connection
                .prepare_cached(
                    "SELECT kind, name, created_ms FROM accounts WHERE account_id = ?1",
                )?
                .query_row([account_id.to_string()], |row| {
                    Ok(AccountExport {
                        account_id,
                        kind: row.get(0)?,
                        name: row.get(1)?,
                        created_at: timestamp(row.get(2)?),
                        keys: Vec::new(),
                        draws: Vec::new(),
                    })
                })
                .optional()?;
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

fn keys(connection: &Connection, account_id: AccountId) -> Result<Vec<KeyExport>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT label, name, scopes, created_ms, expires_ms, revoked_ms FROM keys
         WHERE account_id = ?1 ORDER BY created_ms",
    )?;
    let rows = statement.query_map([account_id.to_string()], |row| {
        let moment =
            |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(timestamp));
        Ok(KeyExport {
            label: row.get(0)?,
            name: row.get(1)?,
            scopes: row.get(2)?,
            created_at: timestamp(row.get(3)?),
            expires_at: moment(4)?,
            revoked_at: moment(5)?,
        })
    })?;
    rows.collect()
}

fn draws(
    connection: &Connection,
    account_id: AccountId,
) -> Result<Vec<DrawExport>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT draw_id, end_user, deity_id, deck_id, nonce, number, asked, expires_ms FROM draws
         WHERE account_id = ?1 ORDER BY draw_id",
    )?;
    let rows = statement.query_map([account_id.to_string()], |row| {
        Ok(DrawExport {
            draw_id: row.get(0)?,
            end_user: row.get(1)?,
            deity_id: row.get(2)?,
            deck_id: row.get(3)?,
            nonce: row.get(4)?,
            number: row.get(5)?,
            asked: row.get(6)?,
            expires_at: timestamp(row.get(7)?),
        })
    })?;
    rows.collect()
}
