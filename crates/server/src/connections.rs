//! How many connections are open, and how many may be.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Proxies, Settings, proxies::counted_as_one};

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

/// How many connections each address has.
pub(crate) struct Seats {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: Arc<Most>,
    proxies: Proxies,
}

/// How many connections one address may have, which can be replaced.
pub(crate) struct Most(AtomicUsize);

impl Most {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self(AtomicUsize::new(Self::of(
            settings.rates.is_some(),
            settings.connections_per_address,
        )))
    }

    /// Whoever has more keeps them.
    pub(crate) fn replace(&self, is_counted: bool, most: usize) {
        self.0.store(Self::of(is_counted, most), Relaxed);
    }

    /// As many as there is room for, where nothing is counted.
    fn of(is_counted: bool, most: usize) -> usize {
        if is_counted { most } else { usize::MAX }
    }
}

/// One connection of an address; it counts until it is dropped.
pub(crate) struct Seat {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: Option<IpAddr>,
}

impl Seats {
    pub(crate) fn new(settings: &Settings, most: Arc<Most>) -> Self {
        Self {
            taken: Arc::default(),
            most,
            proxies: settings.proxies.clone(),
        }
    }

    /// Counts one more connection, unless the address has its fill.
    pub(crate) fn take(&self, address: IpAddr) -> Option<Seat> {
        let most = self.most.0.load(Relaxed);
        if most == usize::MAX || self.proxies.trusts(address) {
            return Some(Seat {
                taken: Arc::clone(&self.taken),
                address: None,
            });
        }
        let address = counted_as_one(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat {
            taken: Arc::clone(&self.taken),
            address: Some(address),
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&address);
            }
        }
    }
}
