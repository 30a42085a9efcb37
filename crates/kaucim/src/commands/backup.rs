//! `kaucim backup` and `kaucim restore`: a copy of all that is stored, and the way back.

use std::path::{Path, PathBuf};

use kaucim_tasks::{Backup, BackupError, Store};

use super::storage_failed;
use crate::{configuration::Configuration, exit::Failed, output};

/// Copies the database, also of a running server.
pub(super) async fn back_up(file: PathBuf, configuration: &Configuration) -> Result<(), Failed> {
    refuse_server(configuration)?;
    let folder = configuration.data_dir.clone();
    let to = file.clone();
    output::tell("copying; a running server goes on meanwhile …");
    let backup = blocking(move || Store::back_up(&folder, &to)).await?;
    output::print(&format!("{}\n", file.display()))?;
    output::tell(&format!(
        "backed up {}; decks are not in it: copy the folder {} as well",
        amount(backup),
        configuration.data_dir.join("decks").display()
    ));
    Ok(())
}

/// Puts a backup in place, where no server runs.
pub(super) async fn restore(file: PathBuf, configuration: &Configuration) -> Result<(), Failed> {
    refuse_server(configuration)?;
    let folder = configuration.data_dir.clone();
    super::make_folder(&folder)?;
    let (backup, kept) = blocking(move || Store::restore(&file, &folder)).await?;
    output::print(&format!("restored {}\n", amount(backup)))?;
    if let Some(kept) = kept {
        output::tell(&format!(
            "what was there before is kept as {}; delete it when all is well",
            kept.display()
        ));
    }
    Ok(())
}

/// A server has ways of its own, which copy it while it runs.
fn refuse_server(configuration: &Configuration) -> Result<(), Failed> {
    match &configuration.database {
        None => Ok(()),
        Some(url) => Err(Failed::usage(
            format!("{url} is backed up and restored by PostgreSQL itself"),
            "use pg_dump and pg_restore, or what your provider offers; docs/scale.md tells more",
        )),
    }
}

/// Reads the whole database; says what it holds, or what is wrong with it.
pub(super) fn examine(folder: &Path) -> Result<String, BackupError> {
    Store::examine(folder).map(amount)
}

fn amount(Backup { tasks, bytes }: Backup) -> String {
    let readings = match tasks {
        1 => "1 reading".to_owned(),
        tasks => format!("{tasks} readings"),
    };
    let megabytes = bytes as f64 / 1_000_000.0;
    format!("{readings}, {megabytes:.1} MB")
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, Failed> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(anyhow::Error::from)?.map_err(Failed::from)
}

impl From<BackupError> for Failed {
    fn from(error: BackupError) -> Self {
        let hint = match &error {
            BackupError::Exists(_) => "name a file that is not there yet",
            BackupError::NotADatabase(_) => {
                "name a file that `kaucim backup` made, or the data folder with --data-dir"
            }
            BackupError::Damaged(_) => "restore the last good file that `kaucim backup` made",
            BackupError::InUse => "stop the server first; a backup needs no stop",
            BackupError::Store(_) => "check the disk, or try again",
            BackupError::File(..) => "check the path, its permissions and the space on the disk",
        };
        storage_failed(anyhow::Error::from(error), hint)
    }
}
