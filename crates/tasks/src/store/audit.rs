//! What was done in the name of the operator: written with the act itself, in its transaction.

use rusqlite::{Connection, params};

use super::{Store, StoreError};
use crate::accounts::Act;

/// One act as it is stored.
pub(crate) struct AuditRow {
    pub audit_id: i64,
    pub at_ms: i64,
    pub actor: String,
    pub act: String,
    pub object: String,
}

impl Store {
    pub(crate) async fn record(
        &self,
        now_ms: i64,
        act: Act,
        actor: String,
        object: String,
    ) -> Result<(), StoreError> {
        self.write(move |connection| Ok(record(connection, now_ms, act, (&actor, &object))?))
            .await
    }

    /// The acts before one, the newest first.
    pub(crate) async fn audit(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT audit_id, at_ms, actor, act, object FROM audit
                 WHERE ?1 IS NULL OR audit_id < ?1 ORDER BY audit_id DESC LIMIT ?2",
            )?;
            let rows = statement.query_map(params![before, limit], |row| {
                Ok(AuditRow {
                    audit_id: row.get(0)?,
                    at_ms: row.get(1)?,
                    actor: row.get(2)?,
                    act: row.get(3)?,
                    object: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Records an act: who did it to what.
pub(super) fn record(
    connection: &Connection,
    now_ms: i64,
    act: Act,
    (actor, object): (&str, &str),
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("INSERT INTO audit (at_ms, actor, act, object) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![now_ms, actor, act.name(), object])?;
    Ok(())
}
