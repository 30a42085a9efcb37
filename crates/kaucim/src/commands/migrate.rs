//! `kaucim migrate`: brings a PostgreSQL to the present version, and moves an installation into it.

use std::path::PathBuf;

use kaucim_tasks::TransferError;

use super::connect_store;
use crate::{configuration::Configuration, exit::Failed, output};

pub(super) async fn run(
    from: Option<PathBuf>,
    configuration: &Configuration,
) -> Result<(), Failed> {
    let Some(url) = &configuration.database else {
        return Err(Failed::usage(
            "there is no database to migrate: SQLite is migrated by whoever opens it",
            "name a PostgreSQL with --database or KAUCIM_DATABASE",
        ));
    };
    let store = connect_store(url).await?;
    output::tell(&format!("{url} is at the present version"));
    if let Some(folder) = from {
        let readings = store.take_in(&folder).await?;
        let folder = folder.display();
        output::tell(&format!(
            "{readings} readings, and all accounts and keys, were copied from {folder}; what is there \
             stays as it is, and no server should use it any more"
        ));
    }
    Ok(())
}

impl From<TransferError> for Failed {
    fn from(error: TransferError) -> Self {
        let hint = match &error {
            TransferError::NoDatabase(_) => "name the data folder that holds kaucim.db",
            TransferError::InUse => "stop the server first",
            TransferError::NotEmpty => "name an empty database, or another schema of it",
            TransferError::Folder(..) => "see who may write into that folder",
            TransferError::Store(_) => "nothing was copied; look at both databases and try again",
        };
        Self::Storage {
            message: format!("{:#}", anyhow::Error::from(error)),
            hint: Some(hint.to_owned()),
        }
    }
}
