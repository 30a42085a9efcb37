//! `kaucim deck export`: takes a deck out, so that it can be imported again without a loss.

use std::path::PathBuf;

use kaucim_decks::export::{self, ExportError, Form};

use crate::{arguments::Export, configuration::Configuration, exit::Failed, output};

pub(super) fn run(export: Export, configuration: &Configuration) -> Result<(), Failed> {
    let by_name = export.to.as_deref().and_then(Form::of_file);
    let form = export.form.or(by_name).unwrap_or(Form::Pack);
    let to = export.to.unwrap_or_else(|| {
        PathBuf::from(match form.extension() {
            Some(extension) => format!("{}.{extension}", export.deck),
            None => export.deck.clone(),
        })
    });
    let packs = configuration.data_dir.join("decks");
    let exported = export::export(&packs, &export.deck, form).map_err(refused)?;
    let written = exported.write(&to).map_err(|error| Failed::Storage {
        message: format!("{:#}", anyhow::Error::from(error)),
        hint: Some("nothing is overwritten: name another place with --to".to_owned()),
    })?;
    for path in written {
        output::print(&format!("{}\n", path.display()))?;
    }
    output::tell(&format!("{} lots", exported.lots));
    Ok(())
}

fn refused(error: ExportError) -> Failed {
    let hint = match &error {
        ExportError::UnknownDeck { .. } => "`kaucim deck list` shows the decks",
        ExportError::Refused(_) => "mend the pack, or copy its folder as it is",
        ExportError::TooWide { .. } => "choose --as json",
    };
    Failed::usage(error, hint)
}
