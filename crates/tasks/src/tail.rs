//! The live side of a task in this process: its newest events, and the text being written.
//!
//! Open text never touches the disk. It lives here as one growing string with an identity (epoch,
//! base sequence, section), and readers take what lies beyond their own offset, so a fast reader
//! gets every token, a slow one bigger pieces, and nobody waits for anybody.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use kaucim_fortune::{Check, SectionId};
use tokio::sync::watch;

use crate::{
    Phase, TaskId,
    estimate::Estimate,
    store::{
        log::Stored,
        open_text::{Piece, Reached},
    },
};

/// The live tasks of this process. One exists while a worker or a reader holds it.
#[derive(Default)]
pub(crate) struct Tail {
    tasks: Mutex<HashMap<TaskId, Weak<Live>>>,
}

/// One live task.
pub(crate) struct Live {
    task_id: TaskId,
    tail: Weak<Tail>,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

struct State {
    /// The last durable event known here.
    head: u64,
    /// The newest events without a gap up to `head`; older ones are read from the store.
    recent: Vec<Arc<Stored>>,
    /// The only epoch whose text is taken.
    epoch: u64,
    open: Option<Open>,
    /// The section that was open last, and the event that ended it: for readers who were in it.
    closed: Option<(u64, Open)>,
    phase: Phase,
    /// What the reading may be expected to take, once a model is asked.
    estimate: Option<Estimate>,
    erased: bool,
}

/// The section being written.
pub(crate) struct Open {
    pub base: u64,
    pub attempt: u32,
    pub section: SectionId,
    pub title: &'static str,
    pub text: String,
    /// Model deltas in `text`.
    pub deltas: u64,
    pub checks: Vec<Check>,
}

/// What a reader at a place in the log finds.
pub(crate) enum Look {
    /// Older events than are kept here come first: read the store.
    Behind,
    Next(Vec<Arc<Stored>>),
    /// All durable events are read; open text may follow.
    Current,
    Erased,
}

impl Tail {
    /// The live side of a task, made when nobody has it yet.
    pub(crate) fn live(self: &Arc<Self>, task_id: TaskId) -> Arc<Live> {
        let mut tasks = lock(&self.tasks);
        if let Some(live) = tasks.get(&task_id).and_then(Weak::upgrade) {
            return live;
        }
        let live = Arc::new(Live {
            task_id,
            tail: Arc::downgrade(self),
            state: Mutex::new(State {
                head: 0,
                recent: Vec::new(),
                epoch: 0,
                open: None,
                closed: None,
                phase: Phase::Queued,
                estimate: None,
                erased: false,
            }),
            changed: watch::Sender::new(()),
        });
        tasks.insert(task_id, Arc::downgrade(&live));
        live
    }

    /// The live side of a task, if anybody has it.
    pub(crate) fn existing(&self, task_id: TaskId) -> Option<Arc<Live>> {
        lock(&self.tasks).get(&task_id).and_then(Weak::upgrade)
    }

    /// The tasks that somebody has here.
    pub(crate) fn followed(&self) -> Vec<TaskId> {
        lock(&self.tasks).keys().copied().collect()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(tail) = self.tail.upgrade() {
            let mut tasks = lock(&tail.tasks);
            // Somebody may have made a new one in the meantime; that one stays.
            if tasks
                .get(&self.task_id)
                .is_some_and(|live| live.strong_count() == 0)
            {
                tasks.remove(&self.task_id);
            }
        }
    }
}

impl Live {
    /// Wakes whenever there may be something new. Subscribe before looking.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Tells how far the log goes, for those who come before the next event. While a section is
    /// open only its worker tells: what is stored and not yet shown may have ended the section.
    pub(crate) fn know(&self, head: u64) {
        let mut state = lock(&self.state);
        if state.open.is_none() && state.head < head {
            state.head = head;
            state.recent.clear();
            drop(state);
            self.changed.send_replace(());
        }
    }

    /// The same of a task that runs at another node, whose worker does not tell: what is open of
    /// it here is shown no more until its own piece says that it still is.
    pub(crate) fn learn(&self, head: u64) {
        let mut state = lock(&self.state);
        if state.head < head {
            state.head = head;
            state.recent.clear();
            state.open = None;
            drop(state);
            self.changed.send_replace(());
        }
    }

    /// Shows events that are stored; `boundary` says that open text ends with the last of them.
    pub(crate) fn publish(&self, events: Vec<Stored>, boundary: bool) {
        let mut state = lock(&self.state);
        for event in events {
            // Commits of two writers may arrive here in either order; the store has the truth.
            if event.sequence > state.head {
                if event.sequence > state.head + 1 {
                    state.recent.clear();
                }
                state.head = event.sequence;
                state.recent.push(Arc::new(event));
            }
        }
        if boundary && let Some(open) = state.open.take() {
            state.closed = Some((state.head, open));
        }
        drop(state);
        self.changed.send_replace(());
    }

    /// A worker that claimed the task begins; text of older epochs is ignored from now on.
    pub(crate) fn hold(&self, epoch: u64) {
        self.update(|state| {
            state.epoch = state.epoch.max(epoch);
            state.open = None;
            state.estimate = None;
        });
    }

    /// The text of this epoch is not taken any more: its worker has left the task.
    pub(crate) fn fence(&self, epoch: u64) {
        self.hold(epoch + 1);
    }

    /// Nobody's text is taken any more: the task is finished.
    pub(crate) fn retire(&self) {
        self.hold(u64::MAX);
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        if lock(&self.state).phase != phase {
            self.update(|state| state.phase = phase);
        }
    }

    /// Opens a section after the last event known here.
    pub(crate) fn open(&self, epoch: u64, attempt: u32, section: SectionId, title: &'static str) {
        self.update_held(epoch, |state| {
            state.open = Some(Open {
                base: state.head,
                attempt,
                section,
                title,
                text: String::new(),
                deltas: 0,
                checks: Vec::new(),
            });
            state.phase = Phase::Writing;
            if let Some(estimate) = &mut state.estimate {
                estimate.first_token_ms = None;
            }
        });
    }

    /// Adds one model delta to the open section.
    pub(crate) fn append(&self, epoch: u64, text: &str) {
        self.update_held(epoch, |state| {
            if let Some(open) = &mut state.open {
                open.text.push_str(text);
                open.deltas += 1;
            }
        });
    }

    /// What the open section has beyond what other nodes have of it.
    pub(crate) fn beyond(&self, reached: Option<Reached>) -> Option<Piece> {
        let state = lock(&self.state);
        let open = state.open.as_ref()?;
        let is_same = |reached: &Reached| (reached.epoch, reached.base) == (state.epoch, open.base);
        let start = reached.filter(is_same).map_or(0, |reached| reached.offset);
        let text = open.text.get(usize::try_from(start).ok()?..)?;
        (!text.is_empty()).then(|| Piece {
            task_id: self.task_id,
            epoch: state.epoch,
            base: open.base,
            start,
            head: state.head,
            attempt: open.attempt,
            section: open.section,
            deltas: open.deltas,
            text: text.to_owned(),
        })
    }

    /// How far the open section of another node has come here.
    pub(crate) fn reached(&self) -> Reached {
        let state = lock(&self.state);
        let open = state.open.as_ref();
        Reached {
            task_id: self.task_id,
            epoch: state.epoch,
            // Without an open section whatever belongs to the last event or a later one is new.
            base: open.map_or(0, |open| open.base),
            offset: open.map_or(0, |open| open.text.len() as u64),
        }
    }

    /// Shows a piece that another node has written, if it goes on where this one has come to. A
    /// gap is filled by what is read the next time.
    pub(crate) fn show(&self, piece: &Piece, title: &'static str) {
        self.update(|state| {
            if piece.epoch < state.epoch || piece.head < state.head {
                return;
            }
            if piece.head > state.head {
                state.head = piece.head;
                state.recent.clear();
            }
            let is_same = |open: &Open| state.epoch == piece.epoch && open.base == piece.base;
            if !state.open.as_ref().is_some_and(is_same) {
                state.epoch = piece.epoch;
                state.open = (piece.start == 0).then(|| Open {
                    base: piece.base,
                    attempt: piece.attempt,
                    section: piece.section,
                    title,
                    text: String::new(),
                    deltas: 0,
                    checks: Vec::new(),
                });
            }
            let Some(open) = &mut state.open else { return };
            let held = open.text.len() as u64;
            let known = held
                .checked_sub(piece.start)
                .and_then(|known| usize::try_from(known).ok());
            if let Some(new) = known.and_then(|known| piece.text.get(known..)) {
                open.text.push_str(new);
                open.deltas = piece.deltas;
                state.phase = Phase::Writing;
            }
        });
    }

    /// Adds how a check of the open section went.
    pub(crate) fn checked(&self, epoch: u64, check: Check) {
        self.update_held(epoch, |state| {
            if let Some(open) = &mut state.open {
                open.checks.push(check);
            }
        });
    }

    /// Says what the reading may be expected to take, as far as anything is known.
    pub(crate) fn expect(&self, epoch: u64, estimate: Option<Estimate>) {
        self.update_held(epoch, |state| state.estimate = estimate);
    }

    pub(crate) fn estimate(&self) -> Option<Estimate> {
        lock(&self.state).estimate
    }

    /// The task is erased: open replays end.
    pub(crate) fn erase(&self) {
        self.update(|state| state.erased = true);
    }

    pub(crate) fn is_erased(&self) -> bool {
        lock(&self.state).erased
    }

    /// What comes after a place in the log.
    pub(crate) fn look(&self, sequence: u64) -> Look {
        let state = lock(&self.state);
        if state.erased {
            return Look::Erased;
        }
        if sequence >= state.head {
            return Look::Current;
        }
        let missing = usize::try_from(state.head - sequence).unwrap_or(usize::MAX);
        match state.recent.len().checked_sub(missing) {
            Some(read) => Look::Next(state.recent[read..].to_vec()),
            None => Look::Behind,
        }
    }

    /// Looks at the section that this event has ended, if it was the last one to end.
    pub(crate) fn with_closed<T>(&self, ended: u64, look: impl FnOnce(&Open) -> T) -> Option<T> {
        let state = lock(&self.state);
        let (at, open) = state.closed.as_ref()?;
        (*at == ended).then(|| look(open))
    }

    /// Whether a section is being written.
    pub(crate) fn has_open(&self) -> bool {
        lock(&self.state).open.is_some()
    }

    /// Looks at the open section, if a reader at this place in the log may see it.
    pub(crate) fn with_open<T>(&self, sequence: u64, look: impl FnOnce(&Open) -> T) -> Option<T> {
        let state = lock(&self.state);
        let open = state.open.as_ref()?;
        (sequence == state.head && open.base <= sequence).then(|| look(open))
    }

    pub(crate) fn phase(&self) -> Phase {
        lock(&self.state).phase
    }

    fn update_held(&self, epoch: u64, change: impl FnOnce(&mut State)) {
        self.update(|state| {
            if state.epoch == epoch {
                change(state);
            }
        });
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut lock(&self.state));
        self.changed.send_replace(());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is held here is consistent between statements, so a panic elsewhere spoils nothing.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
