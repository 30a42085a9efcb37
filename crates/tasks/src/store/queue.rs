//! The queue in the database: whose turn it is, who works on what, and for how long.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Store, StoreError,
    connection::{Connection, Lock, Row},
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
    /// Whether it frees what others have held for too long.
    pub frees: bool,
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
    /// Its own lease was over. Then nobody may have been able to renew theirs, so that it has freed
    /// nothing of others.
    pub was_late: bool,
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
            connection.execute("DELETE FROM holders", &[])?;
            connection.execute(
                "UPDATE tasks SET status = 'queued', epoch = epoch + 1, holder = NULL
                 WHERE finished_ms IS NULL AND status <> 'queued'",
                &[],
            )
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
        let time = self.lease_time();
        self.write(move |connection| {
            let mut claimed = Claimed::default();
            while let Some(next) = next_in_turn(connection)? {
                match take(connection, &next, holder, now_ms) {
                    Ok(row) => {
                        let until_ms = connection.lease_ms(time)? + millis(lease);
                        hold(connection, holder, until_ms)?;
                        claimed.row = Some(row);
                        break;
                    }
                    // Asking again would not help.
                    Err(error @ StoreError::Misread(_)) => {
                        tracing::error!(task.id = next, error = %error, "a task cannot be read");
                        claimed.ended.extend(give_up(connection, &next, now_ms)?);
                    }
                    Err(error) => return Err(error),
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
                &[claim.task_id.into(), claim.epoch.into()],
            )?;
            Ok(())
        })
        .await
    }

    /// Puts a claimed task back after an attempt that counts.
    pub(crate) async fn requeue(&self, claim: Claim) -> Result<(), StoreError> {
        self.write(move |connection| requeue(connection, claim))
            .await
    }

    /// Renews the lease of a holder, tells what it has lost, and frees what nobody works on.
    pub(crate) async fn tend(&self, tending: Tending) -> Result<Tended, StoreError> {
        let time = self.lease_time();
        self.write(move |connection| {
            let now_ms = connection.lease_ms(time)?;
            let until_ms = now_ms + millis(tending.lease);
            let mut tended = Tended {
                was_late: is_late(connection, tending.holder, now_ms)?,
                ..Tended::default()
            };
            hold(connection, tending.holder, until_ms)?;
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
            if tending.frees && !tended.was_late {
                tended.freed.extend(free_expired(connection, now_ms)?);
            }
            Ok(tended)
        })
        .await
    }

    /// Whether anybody holds anything.
    pub(crate) async fn has_held(&self) -> Result<bool, StoreError> {
        self.read(|connection| {
            connection.one(
                "SELECT EXISTS (SELECT 1 FROM tasks WHERE holder IS NOT NULL)",
                &[],
                |row| row.flag(0),
            )
        })
        .await
    }

    /// Whether some holder's lease is over and its tasks wait to be freed.
    pub(crate) async fn has_expired(&self) -> Result<bool, StoreError> {
        let time = self.lease_time();
        self.read(move |connection| {
            let now_ms = connection.lease_ms(time)?;
            connection.one(
                "SELECT EXISTS (SELECT 1 FROM tasks LEFT JOIN holders USING (holder)
                 WHERE holder IS NOT NULL AND coalesce(lease_ms, -1) < ?1)",
                &[now_ms.into()],
                |row| row.flag(0),
            )
        })
        .await
    }

    /// Gives the tasks of those whose lease is over back to the queue. Whoever calls this is alive:
    /// its own lease is renewed first, should it have been unable to; then others may have been, too,
    /// and keep theirs for now.
    pub(crate) async fn free_expired(
        &self,
        holder: Holder,
        lease: Duration,
    ) -> Result<Tended, StoreError> {
        let time = self.lease_time();
        self.write(move |connection| {
            let now_ms = connection.lease_ms(time)?;
            let was_late = is_late(connection, holder, now_ms)?;
            hold(connection, holder, now_ms + millis(lease))?;
            let freed = if was_late {
                Vec::new()
            } else {
                free_expired(connection, now_ms)?
            };
            Ok(Tended {
                freed,
                was_late,
                ..Tended::default()
            })
        })
        .await
    }

    /// The waiting tasks, the next one first.
    pub(crate) async fn queued(&self) -> Result<Vec<TaskId>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT task_id FROM tasks WHERE status = 'queued' ORDER BY turn, arrival";
            let ids = connection.rows(sql, &[], |row| row.text(0))?;
            Ok(ids.iter().filter_map(|id| id.parse().ok()).collect())
        })
        .await
    }
}

/// The waiting task whose turn it is. On a server each node sees the first one that no other node
/// is taking in this moment.
fn next_in_turn(connection: &Connection<'_>) -> Result<Option<String>, StoreError> {
    let sql = format!(
        "SELECT task_id FROM tasks WHERE status = 'queued' ORDER BY turn, arrival LIMIT 1{}",
        connection.skip_locked()
    );
    connection.row(&sql, &[], |row| row.text(0))
}

fn take(
    connection: &Connection<'_>,
    task_id: &str,
    holder: Holder,
    now_ms: i64,
) -> Result<TaskRow, StoreError> {
    connection.execute(
        "UPDATE queue SET turn = (SELECT turn FROM tasks WHERE task_id = ?1)
         WHERE turn < (SELECT turn FROM tasks WHERE task_id = ?1)",
        &[task_id.into()],
    )?;
    let sql = format!(
        "UPDATE tasks SET status = 'retrieving', epoch = epoch + 1, attempts = attempts + 1,
            started_ms = coalesce(started_ms, ?2), holder = ?3
         WHERE task_id = ?1 RETURNING {COLUMNS}"
    );
    connection.one(
        &sql,
        &[task_id.into(), now_ms.into(), holder.into()],
        task_row,
    )
}

/// Ends a task whose row cannot be understood, so that others get their turn.
fn give_up(
    connection: &Connection<'_>,
    task_id: &str,
    now_ms: i64,
) -> Result<Option<(TaskId, Stored)>, StoreError> {
    connection.execute(
        "UPDATE tasks SET status = 'failed', finished_ms = ?2, holder = NULL, epoch = epoch + 1
         WHERE task_id = ?1",
        &[task_id.into(), now_ms.into()],
    )?;
    let Ok(id) = task_id.parse() else {
        return Ok(None);
    };
    let last = connection.one(
        "UPDATE tasks SET last_sequence = 1 + (SELECT coalesce(max(sequence), 0) FROM events
            WHERE task_id = ?1)
         WHERE task_id = ?1 RETURNING last_sequence",
        &[task_id.into()],
        |row| row.number(0),
    )?;
    let error = Event::Error {
        code: "internal".to_owned(),
        message: "what was stored of the question cannot be read".to_owned(),
        retry_allowed: true,
    };
    let stored = log::insert(connection, id, last, 1, &[error])?;
    Ok(stored.into_iter().next().map(|stored| (id, stored)))
}

fn hold(connection: &Connection<'_>, holder: Holder, until_ms: i64) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO holders (holder, lease_ms) VALUES (?1, ?2)
         ON CONFLICT (holder) DO UPDATE SET lease_ms = CASE
            WHEN holders.lease_ms > excluded.lease_ms THEN holders.lease_ms
            ELSE excluded.lease_ms END",
        &[holder.into(), until_ms.into()],
    )?;
    Ok(())
}

/// Whether a holder's own lease is over.
fn is_late(connection: &Connection<'_>, holder: Holder, now_ms: i64) -> Result<bool, StoreError> {
    let until_ms: Option<i64> = connection.row(
        "SELECT lease_ms FROM holders WHERE holder = ?1",
        &[holder.into()],
        |row| row.number(0),
    )?;
    Ok(until_ms.is_some_and(|until_ms| until_ms < now_ms))
}

/// What a holder has, with its epochs.
fn held(connection: &Connection<'_>, holder: Holder) -> Result<BTreeMap<TaskId, u64>, StoreError> {
    let rows = connection.rows(
        "SELECT task_id, epoch FROM tasks WHERE holder = ?1",
        &[holder.into()],
        named_epoch,
    )?;
    Ok(rows.into_iter().filter_map(known).collect())
}

fn named_epoch(row: &Row<'_>) -> Result<(String, u64), StoreError> {
    Ok((row.text(0)?, row.number(1)?))
}

fn known((task_id, epoch): (String, u64)) -> Option<(TaskId, u64)> {
    Some((task_id.parse().ok()?, epoch))
}

/// Whether a claim is void: somebody raised the epoch, or the task is gone.
fn is_lost(connection: &Connection<'_>, claim: Claim) -> Result<bool, StoreError> {
    let epoch: Option<u64> = connection.row(
        "SELECT epoch FROM tasks WHERE task_id = ?1",
        &[claim.task_id.into()],
        |row| row.number(0),
    )?;
    Ok(epoch != Some(claim.epoch))
}

fn requeue(connection: &Connection<'_>, claim: Claim) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE tasks SET status = 'queued', epoch = epoch + 1, holder = NULL
         WHERE task_id = ?1 AND epoch = ?2 AND finished_ms IS NULL",
        &[claim.task_id.into(), claim.epoch.into()],
    )?;
    Ok(())
}

fn free_expired(connection: &Connection<'_>, now_ms: i64) -> Result<Vec<Claim>, StoreError> {
    connection.lock(Lock::Leases)?;
    // Whose lease is being renewed in this moment is left alone.
    let sql = format!(
        "DELETE FROM holders WHERE holder IN
            (SELECT holder FROM holders WHERE lease_ms < ?1{})",
        connection.skip_locked()
    );
    connection.execute(&sql, &[now_ms.into()])?;
    let rows = connection.rows(
        "UPDATE tasks SET status = ?1, epoch = epoch + 1, holder = NULL
         WHERE holder IS NOT NULL AND holder NOT IN (SELECT holder FROM holders)
         RETURNING task_id, epoch - 1",
        &[Status::Queued.name().into()],
        named_epoch,
    )?;
    let freed = rows.into_iter().filter_map(known);
    let freed = freed.map(|(task_id, epoch)| Claim {
        task_id,
        epoch,
        attempt: 0,
    });
    Ok(freed.collect())
}
