//! `kaucim key`: keys for those who call the API, also beside a running server.

use kaucim_tasks::Accounts;

use super::open_store;
use crate::{arguments::Key, configuration::Configuration, exit::Failed, output};

pub(super) async fn run(key: Key, configuration: &Configuration) -> Result<(), Failed> {
    let Key::Create { name } = key;
    let fits = (1..=64).contains(&name.trim().chars().count());
    if !fits
        || name
            .chars()
            .any(|c| c.is_control() || ('\u{200b}'..='\u{206f}').contains(&c))
    {
        return Err(Failed::usage(
            "the name of a key has 1 to 64 visible characters",
            "such as --name website",
        ));
    }
    let accounts = Accounts::new(open_store(&configuration.data_dir)?);
    let key = accounts.create_key(name.trim()).await?;
    output::print(&format!("{key}\n"))?;
    Ok(())
}
