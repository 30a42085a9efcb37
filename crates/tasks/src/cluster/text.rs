//! Open text for readers at other nodes: in batches, and only of tasks that somebody follows there.
//!
//! When this fails, those readers get each section as it is sealed, and the text again as soon as
//! it can be written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

use super::lock;
use crate::{
    TaskId,
    store::open_text::{INTEREST, Piece, Reached},
    tasks::Shared,
};

/// How long text is gathered while the server is quick, and at most.
const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_millis(500);

/// The server is to be busy with text for one part in so many of the time.
const SHARE: u32 = 4;

/// What readers at other nodes follow of what runs here.
#[derive(Default)]
pub(crate) struct Followed {
    until: Mutex<HashMap<TaskId, Instant>>,
    /// A section has its first text, or somebody follows that did not before.
    begun: Notify,
}

impl Followed {
    /// Somebody at another node follows these, for a while.
    pub(super) fn add(&self, tasks: impl IntoIterator<Item = TaskId>) {
        let until = Instant::now() + INTEREST;
        let mut all = lock(&self.until);
        for task_id in tasks {
            if all.insert(task_id, until).is_none() {
                self.begun.notify_one();
            }
        }
    }

    /// The first text of a section is there, which waits for nothing.
    pub(crate) fn has_begun(&self, task_id: TaskId) {
        let all = lock(&self.until);
        if all.contains_key(&task_id) {
            self.begun.notify_one();
        }
    }

    fn now(&self) -> Vec<TaskId> {
        let mut all = lock(&self.until);
        let now = Instant::now();
        all.retain(|_, until| *until > now);
        all.keys().copied().collect()
    }
}

/// Writes open text for other nodes, until the workers stop.
pub(super) async fn publish(shared: Arc<Shared>) {
    let mut window = SHORTEST;
    let mut reached: HashMap<TaskId, Reached> = HashMap::new();
    loop {
        let followed = shared.followed.now();
        let gathers = async {
            if followed.is_empty() && reached.is_empty() {
                shared.followed.begun.notified().await;
                return;
            }
            tokio::select! {
                () = sleep(window) => {}
                () = shared.followed.begun.notified() => {}
            }
        };
        tokio::select! {
            biased;
            () = shared.stopping.cancelled() => return,
            () = gathers => {}
        }
        let (pieces, over) = gathered(&shared, &mut reached);
        if pieces.is_empty() && over.is_empty() {
            continue;
        }
        let ends: Vec<Reached> = pieces.iter().map(end_of).collect();
        let began = Instant::now();
        match shared.store.publish(pieces, over).await {
            Ok(()) => reached.extend(ends.into_iter().map(|end| (end.task_id, end))),
            // It is gathered again the next time.
            Err(error) => {
                tracing::debug!(error = %error, "open text did not reach other nodes");
                window = LONGEST;
                sleep(window).await;
            }
        }
        window = (began.elapsed() * SHARE).clamp(SHORTEST, LONGEST);
    }
}

/// What was written since, and which tasks are over or followed no more.
fn gathered(shared: &Shared, reached: &mut HashMap<TaskId, Reached>) -> (Vec<Piece>, Vec<TaskId>) {
    let followed = shared.followed.now();
    let is_here = |task_id: &TaskId| shared.queue.epoch_here(*task_id).is_some();
    let over = reached
        .keys()
        .filter(|task_id| !is_here(task_id) || !followed.contains(task_id));
    let over: Vec<TaskId> = over.copied().collect();
    for task_id in &over {
        reached.remove(task_id);
    }
    let here = followed.into_iter().filter(is_here);
    let pieces = here.filter_map(|task_id| {
        let live = shared.tail.existing(task_id)?;
        live.beyond(reached.get(&task_id).copied())
    });
    (pieces.collect(), over)
}

fn end_of(piece: &Piece) -> Reached {
    Reached {
        task_id: piece.task_id,
        epoch: piece.epoch,
        base: piece.base,
        offset: piece.start + piece.text.len() as u64,
    }
}

/// Reads what other nodes have written of tasks that are followed here.
pub(super) async fn pull(shared: &Shared, tasks: impl IntoIterator<Item = TaskId>) {
    let elsewhere = tasks.into_iter().filter_map(|task_id| {
        let live = shared.tail.existing(task_id)?;
        let is_elsewhere = shared.queue.epoch_here(task_id).is_none();
        is_elsewhere.then(|| live.reached())
    });
    let reached: Vec<Reached> = elsewhere.collect();
    if reached.is_empty() {
        return;
    }
    match shared.store.pieces_after(reached).await {
        Ok(pieces) => {
            for (piece, language) in pieces {
                if let Some(live) = shared.tail.existing(piece.task_id) {
                    live.show(&piece, piece.section.title(language));
                }
            }
        }
        Err(error) => tracing::debug!(error = %error, "open text of other nodes is not read"),
    }
}
