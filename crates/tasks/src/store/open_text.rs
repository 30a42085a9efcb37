//! Open text on its way between nodes: written by who writes the section, and only for tasks that
//! readers follow at other nodes; read by these.

use kaucim_fortune::{Language, SectionId};
use serde::Serialize;

use super::{Store, StoreError, connection::Connection, queue::Holder};
use crate::{TaskId, clock::millis};

/// How long a node's interest lasts that does not say it again.
pub(crate) const INTEREST: std::time::Duration = std::time::Duration::from_secs(15);

/// Identifiers that one hint names; it holds 8000 bytes.
const NAMED: usize = 150;

/// A piece of an open section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Piece {
    pub task_id: TaskId,
    pub epoch: u64,
    /// The last event when the section was opened.
    pub base: u64,
    /// Bytes of the section before it.
    pub start: u64,
    /// The last event that the writer knew of.
    pub head: u64,
    pub attempt: u32,
    pub section: SectionId,
    /// Model deltas up to its end.
    pub deltas: u64,
    pub text: String,
}

/// How far somebody has an open section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reached {
    pub task_id: TaskId,
    pub epoch: u64,
    pub base: u64,
    pub offset: u64,
}

impl Store {
    /// Writes pieces for other nodes and tells them; text of sections before these is deleted, and
    /// all text of tasks that are over.
    pub(crate) async fn publish(
        &self,
        pieces: Vec<Piece>,
        over: Vec<TaskId>,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            // There is nothing to be kept on the disk.
            connection.execute("SET LOCAL synchronous_commit = off", &[])?;
            let json = serde_json::to_string(&pieces)?;
            connection.execute(
                "DELETE FROM open_text USING json_to_recordset(CAST(?1 AS json))
                    AS piece(task_id text, epoch bigint, base bigint)
                 WHERE open_text.task_id = piece.task_id
                    AND (open_text.epoch, open_text.base) < (piece.epoch, piece.base)",
                &[(&json).into()],
            )?;
            connection.execute(
                "INSERT INTO open_text
                    SELECT task_id, epoch, base, start, head, attempt, section, deltas, text
                    FROM json_to_recordset(CAST(?1 AS json)) AS piece(task_id text, epoch bigint,
                        base bigint, start bigint, head bigint, attempt bigint, section text,
                        deltas bigint, text text)
                 ON CONFLICT (task_id, epoch, base, start) DO UPDATE
                    SET head = excluded.head, deltas = excluded.deltas, text = excluded.text",
                &[(&json).into()],
            )?;
            if !over.is_empty() {
                connection.execute(
                    "DELETE FROM open_text
                     WHERE task_id IN (SELECT unnest(string_to_array(?1, ',')))",
                    &[joined(&over).into()],
                )?;
            }
            let tasks: Vec<TaskId> = pieces.iter().map(|piece| piece.task_id).collect();
            tell(connection, "text", &tasks)
        })
        .await
    }

    /// What there is of open sections beyond what somebody has of them. What was written under an
    /// epoch that is over is left out.
    pub(crate) async fn pieces_after(
        &self,
        reached: Vec<Reached>,
    ) -> Result<Vec<(Piece, Language)>, StoreError> {
        self.read(move |connection| {
            let column = |value: fn(&Reached) -> u64| {
                // An epoch that is beyond all others is not for the server.
                let most = i64::MAX as u64;
                let values = reached
                    .iter()
                    .map(|reached| value(reached).min(most).to_string());
                values.collect::<Vec<_>>().join(",")
            };
            let tasks: Vec<TaskId> = reached.iter().map(|reached| reached.task_id).collect();
            connection.rows(
                "SELECT o.task_id, o.epoch, o.base, o.start, o.head, o.attempt, o.section,
                    o.deltas, o.text, t.language
                 FROM unnest(string_to_array(?1, ','), string_to_array(?2, ',')::bigint[],
                        string_to_array(?3, ',')::bigint[], string_to_array(?4, ',')::bigint[])
                        AS r(task_id, epoch, base, reached)
                    JOIN open_text o ON o.task_id = r.task_id
                    JOIN tasks t ON t.task_id = r.task_id AND t.epoch = o.epoch
                 WHERE (o.epoch, o.base) > (r.epoch, r.base)
                    OR (o.epoch = r.epoch AND o.base = r.base AND o.start + octet_length(o.text) > r.reached)
                 ORDER BY o.task_id, o.epoch, o.base, o.start",
                &[
                    joined(&tasks).into(),
                    column(|reached| reached.epoch).into(),
                    column(|reached| reached.base).into(),
                    column(|reached| reached.offset).into(),
                ],
                |row| {
                    let piece = Piece {
                        task_id: row.id(0)?,
                        epoch: row.number(1)?,
                        base: row.number(2)?,
                        start: row.number(3)?,
                        head: row.number(4)?,
                        attempt: row.number(5)?,
                        section: row.parsed(6, section)?,
                        deltas: row.number(7)?,
                        text: row.text(8)?,
                    };
                    Ok((piece, row.id(9)?))
                },
            )
        })
        .await
    }

    /// Says that readers at this node follow these tasks, which run elsewhere.
    pub(crate) async fn follow_elsewhere(
        &self,
        node: Holder,
        tasks: Vec<TaskId>,
    ) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute("SET LOCAL synchronous_commit = off", &[])?;
            let until_ms = connection.lease_ms(INTEREST)? + millis(INTEREST);
            connection.execute(
                "INSERT INTO interest (task_id, node, until_ms)
                    SELECT unnest(string_to_array(?1, ',')), CAST(?2 AS text), CAST(?3 AS bigint)
                 ON CONFLICT (task_id, node) DO UPDATE SET until_ms = excluded.until_ms",
                &[joined(&tasks).into(), node.into(), until_ms.into()],
            )?;
            tell(connection, &format!("followed {node}"), &tasks)
        })
        .await
    }

    /// Which of a holder's tasks are followed at other nodes.
    pub(crate) async fn followed_elsewhere(
        &self,
        holder: Holder,
    ) -> Result<Vec<TaskId>, StoreError> {
        self.read(move |connection| {
            let now_ms = connection.lease_ms(INTEREST)?;
            connection.rows(
                "SELECT DISTINCT task_id FROM tasks JOIN interest USING (task_id)
                 WHERE holder = ?1 AND node <> ?1 AND until_ms > ?2",
                &[holder.into(), now_ms.into()],
                |row| row.id(0),
            )
        })
        .await
    }

    /// Deletes text and interest that are left of what is over.
    pub(crate) async fn delete_open_text(&self) -> Result<usize, StoreError> {
        self.write(|connection| {
            let now_ms = connection.lease_ms(INTEREST)?;
            connection.execute("DELETE FROM interest WHERE until_ms < ?1", &[now_ms.into()])?;
            connection.execute(
                "DELETE FROM open_text WHERE NOT EXISTS (SELECT 1 FROM tasks
                    WHERE tasks.task_id = open_text.task_id AND tasks.epoch = open_text.epoch
                        AND finished_ms IS NULL)",
                &[],
            )
        })
        .await
    }
}

/// One hint for many tasks: it takes a lock of the whole server when the transaction ends.
fn tell(connection: &Connection<'_>, word: &str, tasks: &[TaskId]) -> Result<(), StoreError> {
    for named in tasks.chunks(NAMED) {
        let hint = format!("{word} {}", joined(named));
        connection.row(
            "SELECT pg_notify(left('kaucim.' || current_schema(), 63), ?1)",
            &[hint.into()],
            |_| Ok(()),
        )?;
    }
    Ok(())
}

fn joined(tasks: &[TaskId]) -> String {
    let tasks: Vec<String> = tasks.iter().map(TaskId::to_string).collect();
    tasks.join(",")
}

fn section(name: &str) -> Option<SectionId> {
    SectionId::ALL
        .into_iter()
        .find(|section| section.name() == name)
}
