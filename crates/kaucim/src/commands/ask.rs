//! `kaucim ask`: one question, its reading in this terminal.

use crate::{
    arguments, configuration::Configuration, environment::Environment, exit::Failed, output,
};

mod entry;
mod local;
mod remote;
pub(super) mod show;

use show::{End, Show};

pub(super) async fn run(
    ask: arguments::Ask,
    configuration: Configuration,
    environment: &Environment,
) -> Result<(), Failed> {
    let is_watched = output::is_terminal();
    let colour = is_watched && environment.no_color.is_none();
    let mut show = if ask.json {
        Show::json()
    } else {
        Show::text(colour, is_watched)
    };
    let end = match (&environment.server, &environment.key) {
        (Some(server), Some(key)) => remote::ask(server, key, &ask, &mut show).await?,
        (Some(_), None) => {
            return Err(Failed::usage(
                "KAUCIM_SERVER is set, and no key for it",
                "set KAUCIM_KEY to a key of that server (`kaucim key create --name NAME` there)",
            ));
        }
        (None, _) => local::ask(&ask, configuration, &mut show).await?,
    };
    match end {
        End::Completed => Ok(()),
        End::Cancelled => {
            // On a line of its own, wherever the words had come to.
            output::tell(
                "
the reading was cancelled",
            );
            Err(Failed::Question(None))
        }
        End::Failed(message) => Err(Failed::Question(Some(message))),
    }
}
