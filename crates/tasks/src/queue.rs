//! This process and the queue: what its workers hold, whose lease is over, who comes when.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    Clock, Phase, Store, StoreError, TaskId,
    event::decode,
    figures::Figures,
    store::{
        log::Claim,
        queue::{Holder, Tended, Tending},
        row::TaskRow,
    },
    tail::Tail,
};

/// How old the known order of the queue may be when a reader is told its place.
const ORDER_AGE: Duration = Duration::from_secs(2);

/// The queue as this process sees it.
pub(crate) struct Queue {
    store: Store,
    tail: Arc<Tail>,
    clock: Clock,
    holder: Holder,
    lease: Duration,
    /// Tells workers that something was queued.
    joined: Notify,
    running: Mutex<BTreeMap<TaskId, Running>>,
    /// Held by us, worked on by nobody, when we last looked.
    orphans: Mutex<Vec<Claim>>,
    order: tokio::sync::Mutex<Order>,
    looked: Mutex<Option<Instant>>,
    /// Absent where nobody counts.
    figures: Option<Arc<Figures>>,
    /// Until when others keep what they hold, whatever their leases say: the storage was away, and
    /// they come back as this process does.
    lenient_until: Mutex<Option<Instant>>,
    /// Whether it was told that the queue cannot be read, since it could be.
    is_told: AtomicBool,
}

/// A task that a worker of this process has.
struct Running {
    claim: Claim,
    halted: CancellationToken,
}

/// The places of the waiting tasks, as they were a moment ago.
#[derive(Default)]
struct Order {
    read: Option<Instant>,
    places: HashMap<TaskId, u64>,
}

/// A worker's hold on a task of the queue; it ends when this is dropped.
pub(crate) struct Held {
    queue: Arc<Queue>,
    claim: Claim,
    halted: CancellationToken,
}

impl Queue {
    pub(crate) fn new(store: Store, tail: Arc<Tail>, clock: Clock, lease: Duration) -> Self {
        Self {
            holder: clock.account_id(),
            store,
            tail,
            clock,
            lease,
            joined: Notify::new(),
            running: Mutex::default(),
            orphans: Mutex::default(),
            order: tokio::sync::Mutex::default(),
            looked: Mutex::default(),
            figures: None,
            lenient_until: Mutex::default(),
            is_told: AtomicBool::new(false),
        }
    }

    /// The same, telling the figures of tasks that it ends itself.
    pub(crate) fn counting(self, figures: Arc<Figures>) -> Self {
        Self {
            figures: Some(figures),
            ..self
        }
    }

    /// How many tasks the workers of this process have now.
    pub(crate) fn running(&self) -> u64 {
        lock(&self.running).len() as u64
    }

    /// Whether a worker of this process has the task.
    pub(crate) fn has(&self, task_id: TaskId) -> bool {
        lock(&self.running).contains_key(&task_id)
    }

    /// Wakes a worker: something was queued.
    pub(crate) fn wake_one(&self) {
        self.joined.notify_one();
    }

    /// Resolves when something was queued after this was called.
    pub(crate) fn joined(&self) -> tokio::sync::futures::Notified<'_> {
        self.joined.notified()
    }

    /// Takes the task whose turn it is.
    pub(crate) async fn claim(self: &Arc<Self>) -> Result<Option<(TaskRow, Held)>, StoreError> {
        let now_ms = self.clock.now_ms();
        let claimed = self.store.claim(self.holder, self.lease, now_ms).await?;
        self.is_told.store(false, Ordering::Relaxed);
        for (task_id, event) in claimed.ended {
            if let (Some(figures), Ok(ended)) = (&self.figures, decode(&event.data)) {
                figures.count(&ended);
            }
            if let Some(live) = self.tail.existing(task_id) {
                live.retire();
                live.publish(vec![event], true);
            }
        }
        Ok(claimed.row.map(|row| {
            let claim = row.claim();
            let halted = CancellationToken::new();
            let running = Running {
                claim,
                halted: halted.clone(),
            };
            lock(&self.running).insert(claim.task_id, running);
            let held = Held {
                queue: Arc::clone(self),
                claim,
                halted,
            };
            (row, held)
        }))
    }

    /// Tells that the queue cannot be read: once, however many workers find it so.
    pub(crate) fn is_unreadable(&self, error: &StoreError) {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!(error = %error, "the queue cannot be read; trying again");
        }
    }

    /// Tells the worker that has a task here that it is over.
    pub(crate) fn halt(&self, task_id: TaskId) {
        if let Some(running) = lock(&self.running).get(&task_id) {
            running.halted.cancel();
        }
    }

    /// What this process is called where it holds tasks.
    pub(crate) fn holder(&self) -> Holder {
        self.holder
    }

    /// The epoch under which a worker of this process has a task, if one has it.
    pub(crate) fn epoch_here(&self, task_id: TaskId) -> Option<u64> {
        let running = lock(&self.running);
        running.get(&task_id).map(|running| running.claim.epoch)
    }

    /// Renews the lease on what runs here, and puts back what nobody works on. To be called more
    /// often than a lease is long; a lease that could not be renewed in time is kept all the same
    /// while nobody else has taken the tasks.
    pub(crate) async fn tend(&self) -> Result<(), StoreError> {
        let running: Vec<Claim> = lock(&self.running).values().map(|one| one.claim).collect();
        let orphans = std::mem::take(&mut *lock(&self.orphans));
        if running.is_empty() && orphans.is_empty() && !self.store.has_held().await? {
            return Ok(());
        }
        let tending = Tending {
            holder: self.holder,
            running,
            orphans,
            lease: self.lease,
            frees: !self.is_lenient(),
        };
        let Tended {
            lost,
            unattended,
            freed,
            was_late,
        } = self.store.tend(tending).await?;
        self.was_late(was_late);
        *lock(&self.orphans) = unattended;
        for task_id in lost {
            tracing::warn!(task.id = %task_id, "a worker has lost its task");
            self.halt(task_id);
        }
        self.are_free(&freed);
        Ok(())
    }

    /// Frees what is held under a lease that is over.
    pub(crate) async fn free_expired(&self) -> Result<(), StoreError> {
        if !self.is_lenient() && self.store.has_expired().await? {
            let tended = self.store.free_expired(self.holder, self.lease).await?;
            self.was_late(tended.was_late);
            self.are_free(&tended.freed);
        }
        Ok(())
    }

    fn is_lenient(&self) -> bool {
        lock(&self.lenient_until).is_some_and(|until| until > Instant::now())
    }

    /// Whoever could not renew in time gives others the time for it.
    fn was_late(&self, was_late: bool) {
        if was_late {
            *lock(&self.lenient_until) = Some(Instant::now() + self.lease / 2);
        }
    }

    /// Whether it is time to look at the leases: once a second, however many are waiting.
    pub(crate) fn may_look(&self) -> bool {
        let mut looked = lock(&self.looked);
        let is_early = looked.is_some_and(|looked| looked.elapsed() < Duration::from_secs(1));
        if !is_early {
            *looked = Some(Instant::now());
        }
        !is_early
    }

    fn are_free(&self, freed: &[Claim]) {
        for claim in freed {
            tracing::warn!(task.id = %claim.task_id, "nobody worked on a task any more; it is queued again");
            if let Some(live) = self.tail.existing(claim.task_id) {
                live.fence(claim.epoch);
                live.set_phase(Phase::Queued);
            }
            self.wake_one();
        }
    }

    /// The place of a waiting task, 1 for the next one; `None` when it does not wait.
    pub(crate) async fn position(&self, task_id: TaskId) -> Result<Option<u64>, StoreError> {
        let mut order = self.order.lock().await;
        let place = order.places.get(&task_id).copied();
        let is_fresh = order.read.is_some_and(|read| read.elapsed() < ORDER_AGE);
        if is_fresh && place.is_some() {
            return Ok(place);
        }
        let asked = Instant::now();
        let queued = self.store.queued().await?;
        *order = Order {
            read: Some(asked),
            places: queued.into_iter().zip(1..).collect(),
        };
        Ok(order.places.get(&task_id).copied())
    }
}

impl Held {
    /// Resolves when the task is over, or somebody else's.
    pub(crate) async fn halted(&self) {
        self.halted.cancelled().await;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut running = lock(&self.queue.running);
        let is_mine = |running: &Running| running.claim == self.claim;
        if running.get(&self.claim.task_id).is_some_and(is_mine) {
            running.remove(&self.claim.task_id);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
