//! The queue in the database: whose turn it is, who works on what, and for how long.

use std::{collections::BTreeMap, time::Duration};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Store, StoreError,
    log::{self, Claim, Stored},
    row::{COLUMNS, TaskRow, task_row},
};
use crate::{AccountId, Event, Status, TaskId, clock::millis};

/// Names one process that works on tasks.
pub(crate) type Holder = AccountId;

/// How a holder looks after its tasks.
#[derive(Debug, Clone)]
pub(crate) struct Tending {
    pub holder: Holder,
    /// What its workers have.
    pub running: Vec<Claim>,
    /// Claims that it had not been working on the last time, either.
    pub orphans: Vec<Claim>,
    pub lease: Duration,
}

/// What was found when a holder looked after its tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tended {
    /// Its workers have lost these to others.
    pub lost: Vec<TaskId>,
    /// It holds these, and no worker has them.
    pub unattended: Vec<Claim>,
    /// These wait again, as nobody worked on them any more.
    pub freed: Vec<Claim>,
}

/// What a worker was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claimed {
    /// The task whose turn it is, if one waits.
    pub row: Option<TaskRow>,
    /// Tasks that could not be read, with the event that ended them.
    pub ended: Vec<(TaskId, Stored)>,
}

impl Store {
    /// Gives everything that was running back to the queue. For the start of the only server.
    pub(crate) async fn reclaim(&self) -> Result<usize, StoreError> {
        self.write(|connection| {
            connection.execute("DELETE FROM holders", [])?;
            Ok(connection.execute(
                "UPDATE tasks SET status = 'queued', epoch = epoch + 1, holder = NULL
                 WHERE finished_ms IS NULL AND status <> 'queued'",
                [],
            )?)
        })
        .await
    }

    /// Takes the queued task whose turn it is: raises its epoch and counts the attempt before it
    /// is made. Those before it that cannot be read are ended.
    pub(crate) async fn claim(
        &self,
        holder: Holder,
        lease: Duration,
        now_ms: i64,
    ) -> Result<Claimed, StoreError> {
        let until_ms = millis(self.lease_time() + lease);
        self.write(move |connection| {
            let mut claimed = Claimed::default();
            while let Some(next) = next_in_turn(connection)? {
                match take(connection, &next, holder, now_ms) {
                    Ok(row) => {
                        hold(connection, holder, until_ms)?;
                        claimed.row = Some(row);
                        break;
                    }
                    Err(error) if is_of_the_row(&error) => {
                        tracing::error!(task.id = next, error = %error, "a task cannot be read");
                        claimed.ended.extend(give_up(connection, &next, now_ms)?);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(claimed)
        })
        .await
    }

    /// Puts a claimed task back, uncounted, for the next start.
    pub(crate) async fn release(&self, claim: Claim) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE tasks SET status = 'queued', attempts = attempts - 1, epoch = epoch + 1,
                    holder = NULL
                 WHERE task_id = ?1 AND epoch = ?2 AND finished_ms IS NULL",
                params![claim.task_id.to_string(), claim.epoch],
            )?;
            Ok(())
        })
        .await
    }

    /// Puts a claimed task back after an attempt that counts.
    pub(crate) async fn requeue(&self, claim: Claim) -> Result<(), StoreError> {
        self.write(move |connection| Ok(requeue(connection, claim)?))
            .await
    }

    /// Renews the lease of a holder, tells what it has lost, and frees what nobody works on.
    pub(crate) async fn tend(&self, tending: Tending) -> Result<Tended, StoreError> {
        let now_ms = millis(self.lease_time());
        self.write(move |connection| {
            let until_ms = now_ms + millis(tending.lease);
            hold(connection, tending.holder, until_ms)?;
            let mut tended = Tended::default();
            let held = held(connection, tending.holder)?;
            for claim in &tending.running {
                if held.get(&claim.task_id) != Some(&claim.epoch) && is_lost(connection, *claim)? {
                    tended.lost.push(claim.task_id);
                }
            }
            let attended: BTreeMap<TaskId, u64> = tending
                .running
                .iter()
                .map(|claim| (claim.task_id, claim.epoch))
                .collect();
            for (task_id, epoch) in held {
                if attended.get(&task_id) == Some(&epoch) {
                    continue;
                }
                let claim = Claim {
                    task_id,
                    epoch,
                    attempt: 0,
                };
                if tending.orphans.contains(&claim) {
                    requeue(connection, claim)?;
                    tended.freed.push(claim);
                } else {
                    tended.unattended.push(claim);
                }
            }
            tended.freed.extend(free_expired(connection, now_ms)?);
            Ok(tended)
        })
        .await
    }

    /// Whether anybody holds anything.
    pub(crate) async fn has_held(&self) -> Result<bool, StoreError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM tasks WHERE holder IS NOT NULL)")?
                .query_row([], |row| row.get(0))?)
        })
        .await
    }

    /// Whether some holder's lease is over and its tasks wait to be freed.
    pub(crate) async fn has_expired(&self) -> Result<bool, StoreError> {
        let now_ms = millis(self.lease_time());
        self.read(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM tasks LEFT JOIN holders USING (holder)
                     WHERE holder IS NOT NULL AND coalesce(lease_ms, -1) < ?1)",
                )?
                .query_row([now_ms], |row| row.get(0))?)
        })
        .await
    }

    /// Gives the tasks of those whose lease is over back to the queue. Whoever calls this is alive:
    /// its own lease is renewed first, should it have been unable to.
    pub(crate) async fn free_expired(
        &self,
        holder: Holder,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError> {
        let now = self.lease_time();
        self.write(move |connection| {
            hold(connection, holder, millis(now + lease))?;
            Ok(free_expired(connection, millis(now))?)
        })
        .await
    }

    /// The waiting tasks, the next one first.
    pub(crate) async fn queued(&self) -> Result<Vec<TaskId>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT task_id FROM tasks WHERE status = 'queued' ORDER BY turn, arrival",
            )?;
            let ids = statement.query_map([], |row| row.get::<_, String>(0))?;
            let ids = ids.collect::<Result<Vec<_>, _>>()?;
            Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
        })
        .await
    }
}

fn next_in_turn(connection: &Connection) -> Result<Option<String>, rusqlite::Error> {
    connection
        .prepare_cached(
            "SELECT task_id FROM tasks WHERE status = 'queued' ORDER BY turn, arrival LIMIT 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()
}

fn take(
    connection: &Connection,
    task_id: &str,
    holder: Holder,
    now_ms: i64,
) -> Result<TaskRow, rusqlite::Error> {
    connection
        .prepare_cached(
            "UPDATE queue SET turn = max(turn, (SELECT turn FROM tasks WHERE task_id = ?1))",
        )?
        .execute([task_id])?;
    let sql = format!(
        "UPDATE tasks SET status = 'retrieving', epoch = epoch + 1, attempts = attempts + 1,
            started_ms = coalesce(started_ms, ?2), holder = ?3
         WHERE task_id = ?1 RETURNING {COLUMNS}"
    );
    connection
        .prepare_cached(&sql)?
        .query_row(params![task_id, now_ms, holder.to_string()], task_row)
}

/// Whether it is what the row says that cannot be understood; asking again would not help.
fn is_of_the_row(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

/// Ends a task whose row cannot be understood, so that others get their turn.
fn give_up(
    connection: &Connection,
    task_id: &str,
    now_ms: i64,
) -> Result<Option<(TaskId, Stored)>, rusqlite::Error> {
    connection.execute(
        "UPDATE tasks SET status = 'failed', finished_ms = ?2, holder = NULL, epoch = epoch + 1
         WHERE task_id = ?1",
        params![task_id, now_ms],
    )?;
    let Ok(id) = task_id.parse() else {
        return Ok(None);
    };
    let last: u64 = connection.query_row(
        "UPDATE tasks SET last_sequence = 1 + (SELECT coalesce(max(sequence), 0) FROM events
            WHERE task_id = ?1)
         WHERE task_id = ?1 RETURNING last_sequence",
        [task_id],
        |row| row.get(0),
    )?;
    let error = Event::Error {
        code: "internal".to_owned(),
        message: "what was stored of the question cannot be read".to_owned(),
        retry_allowed: true,
    };
    let stored = log::insert(connection, id, last, 1, &[error])?;
    Ok(stored.into_iter().next().map(|stored| (id, stored)))
}

fn hold(connection: &Connection, holder: Holder, until_ms: i64) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "INSERT INTO holders (holder, lease_ms) VALUES (?1, ?2)
             ON CONFLICT (holder) DO UPDATE SET lease_ms = max(lease_ms, excluded.lease_ms)",
        )?
        .execute(params![holder.to_string(), until_ms])?;
    Ok(())
}

/// What a holder has, with its epochs.
fn held(connection: &Connection, holder: Holder) -> Result<BTreeMap<TaskId, u64>, rusqlite::Error> {
    let mut statement =
        connection.prepare_cached("SELECT task_id, epoch FROM tasks WHERE holder = ?1")?;
    let rows = statement.query_map([holder.to_string()], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?))
    })?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let known = rows
        .into_iter()
        .filter_map(|(id, epoch)| Some((id.parse().ok()?, epoch)));
    Ok(known.collect())
}

/// Whether a claim is void: somebody raised the epoch, or the task is gone.
fn is_lost(connection: &Connection, claim: Claim) -> Result<bool, rusqlite::Error> {
    let epoch: Option<u64> = connection
        .prepare_cached("SELECT epoch FROM tasks WHERE task_id = ?1")?
        .query_row([claim.task_id.to_string()], |row| row.get(0))
        .optional()?;
    Ok(epoch != Some(claim.epoch))
}

fn requeue(connection: &Connection, claim: Claim) -> Result<(), rusqlite::Error> {
    connection.execute(
        "UPDATE tasks SET status = 'queued', epoch = epoch + 1, holder = NULL
         WHERE task_id = ?1 AND epoch = ?2 AND finished_ms IS NULL",
        params![claim.task_id.to_string(), claim.epoch],
    )?;
    Ok(())
}

fn free_expired(connection: &Connection, now_ms: i64) -> Result<Vec<Claim>, rusqlite::Error> {
    connection
        .prepare_cached("DELETE FROM holders WHERE lease_ms < ?1")?
        .execute([now_ms])?;
    let mut statement = connection.prepare_cached(
        "UPDATE tasks SET status = ?1, epoch = epoch + 1, holder = NULL
         WHERE holder IS NOT NULL AND holder NOT IN (SELECT holder FROM holders)
         RETURNING task_id, epoch - 1",
    )?;
    let rows = statement.query_map([Status::Queued.name()], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?))
    })?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let known = rows.into_iter().filter_map(|(id, epoch)| {
        Some(Claim {
            task_id: id.parse().ok()?,
            epoch,
            attempt: 0,
        })
    });
    Ok(known.collect())
}
