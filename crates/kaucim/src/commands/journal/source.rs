//! Where the readings of a journal are: on this machine, or at a server.

use serde_json::Value;

use super::{
    reading::{self, id_of},
    shelf::Shelf,
};
use crate::{commands::server::Server, exit::Failed};

/// The most that a server lists at once.
const PAGE: usize = 100;

pub(super) enum Source {
    Here(Shelf),
    Server(Server),
}

impl Source {
    /// The newest readings, each with what a list shows of it.
    pub(super) async fn list(&self, most: usize) -> Result<Vec<Value>, Failed> {
        let server = match self {
            Self::Here(shelf) => return shelf.all(),
            Self::Server(server) => server,
        };
        let mut readings = Vec::new();
        let mut cursor = String::new();
        while readings.len() < most {
            let limit = PAGE.min(most - readings.len());
            let path = format!("/api/v1/async-chat/history?limit={limit}{cursor}");
            let mut page = found(server.get(&path).await?)?;
            if let Value::Array(tasks) = page["tasks"].take() {
                readings.extend(tasks);
            }
            let Some(next) = page["next"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        Ok(readings)
    }

    /// All readings with all that is known of each, the newest first.
    pub(super) async fn whole(&self) -> Result<Vec<Value>, Failed> {
        let server = match self {
            Self::Here(shelf) => return shelf.all(),
            Self::Server(server) => server,
        };
        let mut export = found(server.get("/api/v1/account/export").await?)?;
        match export["tasks"].take() {
            Value::Array(tasks) => Ok(tasks),
            _ => Ok(Vec::new()),
        }
    }

    /// The whole id of the reading that was meant.
    pub(super) async fn meant(&self, typed: &str) -> Result<String, Failed> {
        let readings = self.list(usize::MAX).await?;
        Ok(id_of(reading::meant(typed, &readings)?).to_owned())
    }

    pub(super) async fn document(&self, id: &str) -> Result<Value, Failed> {
        match self {
            Self::Here(shelf) => {
                let readings = shelf.all()?;
                reading::meant(id, &readings).cloned()
            }
            Self::Server(server) => found(server.get(&path_of(id)).await?),
        }
    }

    /// Erases one that is finished; what is gone already is erased.
    pub(super) async fn erase(&self, id: &str) -> Result<(), Failed> {
        match self {
            Self::Here(shelf) => shelf.erase(id),
            Self::Server(server) => server.delete(&path_of(id)).await.map(|_| ()),
        }
    }

    /// What to say where there is nothing.
    pub(super) fn empty(&self) -> &'static str {
        match self {
            Self::Here(_) => {
                "nothing is kept yet; `kaucim ask --keep QUESTION` keeps a reading, and \
                 KAUCIM_KEEP=1 keeps all"
            }
            Self::Server(_) => "nothing was asked at that server yet with this key's account",
        }
    }

    pub(super) fn place(&self) -> String {
        match self {
            Self::Here(_) => "from this machine".to_owned(),
            Self::Server(server) => format!("from {}", server.base),
        }
    }
}

fn path_of(id: &str) -> String {
    format!("/api/v1/async-chat/task/{id}")
}

fn found(answer: Option<Value>) -> Result<Value, Failed> {
    answer.ok_or_else(|| {
        Failed::usage(
            "the server does not know of it",
            "it may have been erased meanwhile; see that KAUCIM_SERVER is the address of a Kaucim",
        )
    })
}
