//! `kaucim completions` and `kaucim man`: what shells and `man` want to know of the program, made
//! from the same description as its help.

use std::{fs, path::Path};

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use super::storage_failed;
use crate::{arguments::Arguments, exit::Failed, output};

/// Prints the script that completes commands and flags.
pub(super) fn completions(shell: Shell) -> Result<(), Failed> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "kaucim", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(())
}

/// Prints the page of the program, or writes one page for each command.
pub(super) fn pages(folder: Option<&Path>) -> Result<(), Failed> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        Man::new(Arguments::command()).render(&mut page)?;
        output::print(&String::from_utf8_lossy(&page))?;
        return Ok(());
    };
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder));
    written.map_err(|error| {
        let context = format!("could not write manual pages into {}", folder.display());
        let hint = "choose a folder that can be written with --out";
        storage_failed(anyhow::Error::from(error).context(context), hint)
    })?;
    output::tell(&format!("the manual pages are in {}", folder.display()));
    Ok(())
}
