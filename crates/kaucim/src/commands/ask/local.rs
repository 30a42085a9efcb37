//! Asking in this process: the same tasks as a server's, on a database in memory.

use std::collections::BTreeMap;

use futures::StreamExt;
use kaucim_decks::{Deck, Library};
use kaucim_fortune::{Ask, AskError, FortuneSystem, Question};
use kaucim_tasks::{
    AccountId, Accounts, Follow, FollowOptions, Settings, Store, Submission, SubmitError, TaskId,
    Tasks,
};

use super::{
    End, Show,
    entry::{Candidate, Entry, certain},
};
use crate::{
    arguments,
    commands::{
        journal::{Shelf, followed_here},
        open_library, unknown,
    },
    configuration::Configuration,
    embeddings,
    exit::Failed,
    models, output,
};

/// Asks and shows; then forgets, or keeps the reading in the journal. Ctrl-C cancels the reading;
/// what was sealed stays on the screen.
pub(super) async fn ask(
    typed: &arguments::Ask,
    keeps: bool,
    configuration: Configuration,
    show: &mut Show,
) -> Result<End, Failed> {
    let (library, faults) = open_library(&configuration);
    for fault in faults {
        output::tell(&format!("a deck is refused: {fault}"));
    }
    let ask = meant(typed, &library)?;
    let first = typed.follow_up.as_deref();
    let first = first.map(|id| followed_here(Shelf::of(&configuration.data_dir), id));
    let first = first.transpose()?;
    // Before a model has worked for minutes, it shows whether the reading can be kept. What follows
    // a reading that was kept is kept with it.
    let keeps = keeps || first.is_some();
    let shelf = keeps.then(|| Shelf::make(&configuration.data_dir));
    let shelf = shelf.transpose()?;
    let settings = Settings {
        workers: 1,
        reading_time: configuration.reading_time,
        ..Settings::default()
    };
    let fortune = system(configuration, library).await?;
    let store = Store::in_memory()?;
    let (guest, _) = Accounts::new(store.clone()).open_guest().await?;
    let tasks = Tasks::start(store, fortune, settings).await?;
    let follows = first.as_ref().map(|first| first.result.task_id);
    if let Some(first) = &first {
        let result = first.result.clone();
        tasks.bring_back(guest.account_id, result).await?;
    }
    let submission = Submission {
        account_id: guest.account_id,
        is_guest: true,
        address: None,
        budget_id: String::new(),
        end_user: None,
        ask,
        draw_id: None,
        follows,
        idempotency: None,
    };
    let accepted = tasks.submit(submission).await.map_err(refused)?;
    let end = watch(&tasks, guest.account_id, accepted.task_id, show).await;
    let document = tasks.task(guest.account_id, accepted.task_id).await;
    // Also where nobody watches any more: the model is hung up on before the process ends.
    tasks.stop().await;
    let end = end?;
    if let Some(shelf) = shelf {
        let document = serde_json::to_value(document.map_err(anyhow::Error::from)?);
        let id = shelf.keep(&document.map_err(anyhow::Error::from)?)?;
        output::tell(&format!("kept: kaucim journal show {id}"));
    }
    // Now that its question is kept, or came to nothing, another may ask about the first.
    drop(first);
    Ok(end)
}

/// The question and the lot that were typed.
fn meant(typed: &arguments::Ask, library: &Library) -> Result<Ask, Failed> {
    let number = match typed.lot.as_deref().map(Entry::of) {
        None => None,
        Some(Entry::Number(number)) => Some(number),
        Some(Entry::Words(words)) => {
            let deck = library.deck(&typed.deity, typed.deck.as_deref());
            let deck = deck.map_err(unknown)?;
            Some(found(&deck, words)?)
        }
    };
    Ok(Ask {
        deity_id: typed.deity.clone(),
        deck_id: typed.deck.clone(),
        number,
        question: Question::new(&typed.question)
            .map_err(|error| Failed::usage(error, "ask one matter in a sentence"))?,
        language: typed.language,
        context: BTreeMap::new(),
        resume: None,
    })
}

/// Who reads: the models of the configuration, or the deck alone.
async fn system(configuration: Configuration, library: Library) -> Result<FortuneSystem, Failed> {
    let chosen = models::choose(configuration.models).await?;
    if chosen.models.is_empty() && !configuration.reading.classic {
        return Err(Failed::NoModel {
            message: "no model was found, and classic readings are switched off".to_owned(),
            hint: Some("run `kaucim doctor`".to_owned()),
        });
    }
    let fortune = FortuneSystem::new(library.clone(), chosen.models, configuration.reading);
    let Some(settled) = &configuration.embeddings else {
        return Ok(fortune);
    };
    let embedder = embeddings::embedder(settled)?;
    embeddings::recall(&library, &embedder, &configuration.data_dir).await;
    Ok(fortune.with_embedder(embedder))
}

/// Shows the task to its end. Ctrl-C cancels it, once.
async fn watch(
    tasks: &Tasks,
    account_id: AccountId,
    task_id: TaskId,
    show: &mut Show,
) -> Result<End, Failed> {
    let options = FollowOptions {
        cursor: None,
        partial_text: false,
    };
    let followed = tasks.follow(account_id, task_id, options).await;
    let mut end = End::Failed("the reading ended without a result".to_owned());
    let Follow::Frames(mut frames) = followed.map_err(anyhow::Error::from)? else {
        return Ok(end);
    };
    let mut asked_to_stop = false;
    loop {
        tokio::select! {
            frame = frames.next() => {
                let Some(frame) = frame else { return Ok(end) };
                if let Some(last) = show.event(frame.name, &frame.data)? {
                    end = last;
                }
            }
            stop = tokio::signal::ctrl_c(), if !asked_to_stop => {
                stop?;
                asked_to_stop = true;
                tasks.cancel(account_id, task_id).await.map_err(anyhow::Error::from)?;
            }
        }
    }
}

/// The lot of these words, if they name one and no other.
fn found(deck: &Deck, words: &str) -> Result<u32, Failed> {
    let candidates = deck.find(words).into_iter().filter_map(|entry| {
        let lot = deck.lot(entry.number).ok()?;
        Some(Candidate {
            number: entry.number,
            is_certain: entry.is_certain(),
            line: lot.verse.first().cloned().unwrap_or_default(),
        })
    });
    certain(words, &candidates.collect::<Vec<_>>())
}

fn refused(error: SubmitError) -> Failed {
    match error {
        SubmitError::Ask(AskError::Lookup(error)) => unknown(error),
        SubmitError::Store(error) => error.into(),
        error @ (SubmitError::Draw(_)
        | SubmitError::TaskRunning(_)
        | SubmitError::QueueFull
        | SubmitError::BudgetSpent { .. }
        | SubmitError::FollowUp(_)
        | SubmitError::IdempotencyMismatch) => Failed::Fault(error.into()),
    }
}
