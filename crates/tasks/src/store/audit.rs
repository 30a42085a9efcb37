//! What was done in the name of the operator: written with the act itself, in its transaction.

use super::{Store, StoreError, connection::Connection};
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
        self.write(move |connection| record(connection, now_ms, act, (&actor, &object)))
            .await
    }

    /// The acts before one, the newest first.
    pub(crate) async fn audit(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        self.read(move |connection| {
            connection.rows(
                "SELECT audit_id, at_ms, actor, act, object FROM audit
                 WHERE audit_id < ?1 ORDER BY audit_id DESC LIMIT ?2",
                &[before.unwrap_or(i64::MAX).into(), limit.into()],
                |row| {
                    Ok(AuditRow {
                        audit_id: row.number(0)?,
                        at_ms: row.number(1)?,
                        actor: row.text(2)?,
                        act: row.text(3)?,
                        object: row.text(4)?,
                    })
                },
            )
        })
        .await
    }
}

/// Records an act: who did it to what.
pub(super) fn record(
    connection: &Connection<'_>,
    now_ms: i64,
    act: Act,
    (actor, object): (&str, &str),
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO audit (at_ms, actor, act, object) VALUES (?1, ?2, ?3, ?4)",
        &[
            now_ms.into(),
            actor.into(),
            act.name().into(),
            object.into(),
        ],
    )?;
    Ok(())
}
