//! What other nodes do, as this one sees it: its readers follow tasks that run elsewhere, and its
//! workers hear of questions that were asked elsewhere.
//!
//! The server's hints make it quick. Nothing relies on them: a look once a second finds the same.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

pub(crate) use self::text::Followed;
use crate::{
    Phase, Status, TaskId,
    store::{
        heads::{Head, Hint, Hints},
        open_text::INTEREST,
    },
    tasks::Shared,
};

mod text;

/// How often it is looked how far the tasks are that readers follow here.
const LOOK: Duration = Duration::from_secs(1);

/// How many tasks are looked at in one question to the server.
const TOGETHER: usize = 1000;

/// How long a question of another node is left to that node's own workers.
const PREFERENCE: Duration = Duration::from_millis(20);

/// How many times a node says that its readers follow a task before that would be forgotten.
const SAID: u32 = 3;

/// Tasks that readers have begun to follow here.
#[derive(Default)]
pub(crate) struct Follows {
    new: Mutex<Vec<TaskId>>,
    has_come: Notify,
}

impl Follows {
    pub(crate) fn add(&self, task_id: TaskId) {
        lock(&self.new).push(task_id);
        self.has_come.notify_one();
    }

    /// Those that have come since the last time, once there are any.
    async fn come(&self) -> Vec<TaskId> {
        self.has_come.notified().await;
        std::mem::take(&mut *lock(&self.new))
    }
}

/// What a node knows of what runs elsewhere.
struct Watch {
    shared: Arc<Shared>,
    /// When it was said last that tasks are followed here.
    said: HashMap<TaskId, Instant>,
    wake_at: Option<Instant>,
}

/// Looks at what other nodes do, and shows them what they follow here, until the workers stop.
pub(crate) async fn watch(shared: Arc<Shared>, hints: Hints) {
    let watch = Watch {
        shared: Arc::clone(&shared),
        said: HashMap::new(),
        wake_at: None,
    };
    tokio::join!(watch.run(hints), text::publish(shared));
}

impl Watch {
    async fn run(mut self, mut hints: Hints) {
        let shared = Arc::clone(&self.shared);
        let mut look_at = Instant::now() + LOOK;
        loop {
            let wake_at = self.wake_at;
            tokio::select! {
                biased;
                () = shared.stopping.cancelled() => return,
                () = sleep_until(look_at) => {
                    self.look_at_all().await;
                    look_at = Instant::now() + LOOK;
                }
                () = sleep_until(wake_at.unwrap_or(look_at)), if wake_at.is_some() => {
                    self.wake_at = None;
                    shared.queue.wake_one();
                }
                new = shared.follows.come() => self.look(new).await,
                hint = hints.next() => {
                    let mut written = HashSet::new();
                    let mut next = Some(hint);
                    while let Some(hint) = next {
                        if self.take(hint, &mut written) {
                            look_at = Instant::now();
                        }
                        next = hints.next_now();
                    }
                    text::pull(&shared, written).await;
                }
            }
        }
    }

    /// Takes a hint; says whether it is time to look at everything.
    fn take(&mut self, hint: Hint, written: &mut HashSet<TaskId>) -> bool {
        let shared = &self.shared;
        match hint {
            Hint::Head(task_id, head) => {
                learn(shared, task_id, head);
                if head.status == Status::Queued {
                    self.wake_at
                        .get_or_insert_with(|| Instant::now() + PREFERENCE);
                }
            }
            Hint::Erased(task_id) => shared.erased(task_id),
            Hint::Text(tasks) => written.extend(tasks),
            // What a node has said itself, it hears as well; nobody has run the task by then.
            Hint::Followed(node, _) if node == shared.queue.holder() => {}
            Hint::Followed(_, tasks) => {
                let is_here = |task_id: &TaskId| shared.queue.epoch_here(*task_id).is_some();
                shared.followed.add(tasks.into_iter().filter(is_here));
            }
            Hint::Missed => return true,
        }
        false
    }

    /// Looks at all that is followed here; and learns which of the tasks that run here are followed
    /// elsewhere.
    async fn look_at_all(&mut self) {
        let shared = Arc::clone(&self.shared);
        let now = Instant::now();
        // Whatever became of the hint that something was queued.
        shared.queue.wake_one();
        // What is not followed any more is said no more, and what is, now and then.
        self.said.retain(|_, said| *said + INTEREST / SAID > now);
        self.look(shared.tail.followed()).await;
        if shared.queue.running() > 0 {
            let holder = shared.queue.holder();
            match shared.store.followed_elsewhere(holder).await {
                Ok(followed) => shared.followed.add(followed),
                Err(error) => tracing::debug!(error = %error, "other nodes' interest is not known"),
            }
        }
    }

    /// Learns how far those of these tasks are that nobody runs here, and says that they are
    /// followed.
    async fn look(&mut self, followed: Vec<TaskId>) {
        let shared = Arc::clone(&self.shared);
        let elsewhere = followed.into_iter();
        let elsewhere = elsewhere.filter(|task_id| shared.queue.epoch_here(*task_id).is_none());
        let Some(open) = self.learn_all(elsewhere.collect()).await else {
            return;
        };
        if let Some(new) = self.say(&open).await {
            // Nobody has told of what came in between.
            self.learn_all(new).await;
        }
        text::pull(&shared, open).await;
    }

    /// Learns how far these tasks are; says which are not at their end, if the server does.
    async fn learn_all(&self, elsewhere: Vec<TaskId>) -> Option<Vec<TaskId>> {
        let shared = &self.shared;
        let mut open = Vec::new();
        for together in elsewhere.chunks(TOGETHER) {
            let heads = match shared.store.heads(together.to_vec()).await {
                Ok(heads) => heads,
                Err(error) => {
                    // Readers are told when they ask the storage themselves.
                    tracing::debug!(error = %error, "tasks of other nodes are not looked at");
                    return None;
                }
            };
            let mut missing: HashSet<TaskId> = together.iter().copied().collect();
            for (task_id, head) in heads {
                missing.remove(&task_id);
                learn(shared, task_id, head);
                if !head.status.is_final() {
                    open.push(task_id);
                }
            }
            for task_id in missing {
                shared.erased(task_id);
            }
        }
        Some(open)
    }

    /// Says which tasks readers follow here, where that is not known yet; returns these.
    async fn say(&mut self, open: &[TaskId]) -> Option<Vec<TaskId>> {
        let now = Instant::now();
        let unsaid = open
            .iter()
            .filter(|task_id| !self.said.contains_key(task_id));
        let unsaid: Vec<TaskId> = unsaid.copied().collect();
        if unsaid.is_empty() {
            return None;
        }
        let holder = self.shared.queue.holder();
        let said = self.shared.store.follow_elsewhere(holder, unsaid.clone());
        if let Err(error) = said.await {
            tracing::debug!(error = %error, "other nodes do not hear of readers");
            return None;
        }
        self.said
            .extend(unsaid.iter().map(|task_id| (*task_id, now)));
        Some(unsaid)
    }
}

/// Takes in how far a task is. Of one that runs here its worker knows better, unless it has lost it.
fn learn(shared: &Shared, task_id: TaskId, head: Head) {
    let live = shared.tail.existing(task_id);
    if let Some(epoch) = shared.queue.epoch_here(task_id) {
        if head.epoch <= epoch {
            return;
        }
        if let Some(live) = &live {
            live.fence(epoch);
        }
        shared.queue.halt(task_id);
    }
    let Some(live) = live else { return };
    live.learn(head.last_sequence);
    match head.status {
        Status::Queued => live.set_phase(Phase::Queued),
        Status::Retrieving => live.set_phase(Phase::WaitingForModel),
        Status::Generating => live.set_phase(Phase::Writing),
        Status::Completed | Status::Failed | Status::Cancelled => {}
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
