//! `kaucim key`: keys for those who call the API, also beside a running server.

use kaucim_tasks::Accounts;

use super::open_store;
use crate::{arguments::Key, configuration::Configuration, exit::Failed, output};

pub(super) async fn run(key: Key, configuration: &Configuration) -> Result<(), Failed> {
    let accounts = Accounts::new(open_store(&configuration.data_dir)?);
    match key {
        Key::Create { name } => {
            let key = accounts.create_key(&name).await?;
            output::print(&format!("{key}\n")).map_err(anyhow::Error::from)?;
        }
    }
    Ok(())
}
