//! How far tasks are that other nodes work on: what a node looks at for its readers, and the hints
//! that tell it when to.

pub(crate) use super::postgres::Hints;
use super::{Engine, Store, StoreError, connection::Row, queue::Holder};
use crate::{Status, TaskId};

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub epoch: u64,
    pub last_sequence: u64,
    pub status: Status,
}

/// What a server has told without being asked. Any of it may be lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hint {
    /// A task has got that far.
    Head(TaskId, Head),
    Erased(TaskId),
    /// There is open text of these.
    Text(Vec<TaskId>),
    /// Readers of this node follow these.
    Followed(Holder, Vec<TaskId>),
    /// Some may have been lost.
    Missed,
}

impl Store {
    /// How far these tasks are; those that are not there any more are missing.
    pub(crate) async fn heads(
        &self,
        tasks: Vec<TaskId>,
    ) -> Result<Vec<(TaskId, Head)>, StoreError> {
        self.read(move |connection| {
            // As one text, in which both databases find what they look for.
            let tasks: Vec<String> = tasks.iter().map(TaskId::to_string).collect();
            let among = connection.either(
                "SELECT value FROM json_each('[\"' || replace(?1, ',', '\",\"') || '\"]')",
                "SELECT unnest(string_to_array(?1, ','))",
            );
            let sql = format!(
                "SELECT task_id, epoch, last_sequence, status FROM tasks WHERE task_id IN ({among})"
            );
            connection.rows(&sql, &[tasks.join(",").into()], head)
        })
        .await
    }

    /// What the server tells from now on; nothing where no other node has a say.
    pub(crate) fn hints(&self) -> Option<Hints> {
        match &self.engine {
            Engine::Embedded(_) => None,
            Engine::Postgres(postgres) => Some(postgres.listen()),
        }
    }
}

fn head(row: &Row<'_>) -> Result<(TaskId, Head), StoreError> {
    let head = Head {
        epoch: row.number(1)?,
        last_sequence: row.number(2)?,
        status: row.parsed(3, Status::from_name)?,
    };
    Ok((row.id(0)?, head))
}

impl Hint {
    /// Reads one hint of those that another node has told.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let all = |tasks: &str| tasks.split(',').filter_map(|id| id.parse().ok()).collect();
        let task_id = match words.next()? {
            "text" => return Some(Self::Text(all(words.next()?))),
            "followed" => {
                let node = words.next()?.parse().ok()?;
                return Some(Self::Followed(node, all(words.next()?)));
            }
            task_id => task_id.parse().ok()?,
        };
        let epoch = match words.next()? {
            "erased" => return Some(Self::Erased(task_id)),
            epoch => epoch.parse().ok()?,
        };
        let head = Head {
            epoch,
            last_sequence: words.next()?.parse().ok()?,
            status: Status::from_name(words.next()?)?,
        };
        Some(Self::Head(task_id, head))
    }
}
