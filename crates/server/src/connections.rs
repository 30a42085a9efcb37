//! How many connections are open, and how many may be.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for connections. Who finds none waits in the queue of the operating system.
#[derive(Clone)]
pub(crate) struct Connections {
    room: Arc<Semaphore>,
    most: usize,
}

impl Connections {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            room: Arc::new(Semaphore::new(most)),
            most,
        }
    }

    /// Waits for room for one more, which is free again when what this returns is dropped.
    pub(crate) async fn room(&self) -> OwnedSemaphorePermit {
        let room = Arc::clone(&self.room).acquire_owned().await;
        room.expect("the semaphore is never closed")
    }

    pub(crate) fn open(&self) -> usize {
        self.most - self.room.available_permits()
    }

    pub(crate) fn most(&self) -> usize {
        self.most
    }
}
