//! The tables on a server, and the way from every earlier version to the present one.
//!
//! A server is migrated while nodes of the version before go on. So a step says which version of
//! the program can still work with its result, and it does nothing that waits for long.

use super::{super::StoreError, session::Session};

/// One step a version, forward only; a step that was released is never edited.
const MIGRATIONS: &[Step] = &[
    Step {
        sql: include_str!("schema/1.sql"),
        oldest: 1,
    },
    Step {
        sql: include_str!("schema/2.sql"),
        oldest: 1,
    },
];

struct Step {
    sql: &'static str,
    /// The first version of the program that can work with the result. What older programs cannot
    /// read, such as a new kind of event or status, raises it as well: such a version comes after
    /// one that reads the new kind and does not write it yet.
    oldest: i64,
}

/// Who may change the tables: one node at a time. The number means nothing.
const TURN: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
    SELECT pg_advisory_xact_lock(7351840015223)";

/// What the program can do with what it found.
enum Found {
    /// Nothing is to be done.
    Usable,
    /// A step takes it further.
    Next(i64, &'static Step),
}

/// Brings the tables to the present version, in one transaction a step. Other nodes wait for their
/// turn, and find it done.
pub(super) fn migrate(session: &Session) -> Result<(), StoreError> {
    // Nodes start while nobody migrates, and need no right to.
    if matches!(found(session)?, Found::Usable) {
        return Ok(());
    }
    loop {
        session.batch("BEGIN")?;
        let stepped = session.batch(TURN).and_then(|()| step(session));
        let ended = session.end(stepped.is_ok());
        let is_done = stepped?;
        ended?;
        if is_done {
            return Ok(());
        }
    }
}

/// Takes one step; says whether there was none to take.
fn step(session: &Session) -> Result<bool, StoreError> {
    let Found::Next(version, step) = found(session)? else {
        return Ok(true);
    };
    session.batch(step.sql)?;
    let oldest = step.oldest;
    session.batch(&format!(
        "UPDATE kaucim_schema SET version = {version}, oldest = {oldest}"
    ))?;
    tracing::info!(schema.version = version, "the database was migrated");
    Ok(false)
}

fn found(session: &Session) -> Result<Found, StoreError> {
    // Asked at once and of the catalogue's own rows: names are looked up in a memory of the session,
    // which waiting for a turn does not refresh, and another node may be done between two looks.
    let rows = session.query(
        "SELECT CAST(relname AS text) FROM pg_catalog.pg_class
         JOIN pg_catalog.pg_namespace AS place ON place.oid = relnamespace
         WHERE nspname = current_schema() AND relname IN ('kaucim_schema', 'tasks', 'accounts')",
        &[],
    )?;
    let is_there = |table: &str| rows.iter().any(|row| row.get::<_, &str>(0) == table);
    let (version, oldest) = if is_there("kaucim_schema") {
        let rows = session.query("SELECT version, oldest FROM kaucim_schema", &[])?;
        let row = rows.first().ok_or(StoreError::Missing)?;
        (row.get(0), row.get(1))
    } else if is_there("tasks") || is_there("accounts") {
        return Err(StoreError::Foreign);
    } else {
        (0, 0)
    };
    judge(MIGRATIONS, version, oldest)
}

fn judge(steps: &'static [Step], version: i64, oldest: i64) -> Result<Found, StoreError> {
    let present = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    if oldest > present {
        return Err(StoreError::TooNew(version));
    }
    // A newer program has migrated it so that this one can go on.
    if version >= present {
        return Ok(Found::Usable);
    }
    let step = usize::try_from(version)
        .ok()
        .and_then(|done| steps.get(done));
    let step = step.ok_or(StoreError::Foreign)?;
    Ok(Found::Next(version + 1, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_versions_go_on_and_what_cannot_be_understood_is_refused() {
        const STEPS: &[Step] = &[Step { sql: "", oldest: 1 }, Step { sql: "", oldest: 1 }];
        assert!(matches!(judge(STEPS, 0, 0), Ok(Found::Next(1, _))));
        assert!(matches!(judge(STEPS, 1, 1), Ok(Found::Next(2, _))));
        assert!(matches!(judge(STEPS, 2, 1), Ok(Found::Usable)));
        assert!(matches!(judge(STEPS, 3, 2), Ok(Found::Usable)), "one newer");
        let refused = judge(STEPS, 3, 3);
        assert!(matches!(refused, Err(StoreError::TooNew(3))), "too new");
        assert!(matches!(judge(STEPS, -1, 0), Err(StoreError::Foreign)));
    }
}
