//! `kaucim ask`: one question, its reading in this terminal.

use kaucim_fortune::Question;

use super::server::Server;
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
    let mut show = if ask.json {
        Show::json()
    } else {
        let language = || Some(Question::new(&ask.question).ok()?.language());
        Show::for_output(environment).read_in(ask.language.or_else(language))
    };
    let server = Server::of(environment)?;
    let keep = ask.keep || environment.keeps();
    let end = match &server {
        Some(server) => remote::ask(server, &ask, &mut show).await?,
        None => local::ask(&ask, keep, configuration, &mut show).await?,
    };
    match end {
        End::Completed => {
            // Of a reading that nobody keeps, nothing more can be asked.
            let is_kept = keep || server.is_some();
            if is_kept && ask.follow_up.is_none() && show.is_watched() {
                output::tell("one more question on this lot: kaucim ask --follow-up QUESTION");
            }
            Ok(())
        }
        End::Cancelled => {
            output::tell("the reading was cancelled");
            Err(Failed::Question(None))
        }
        End::Failed(message) => Err(Failed::Question(Some(message))),
    }
}
