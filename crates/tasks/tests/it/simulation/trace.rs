//! What happened in a history, as one number, and as lines when somebody wants to read it.

use std::{
    fmt::Display,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex},
};

use tokio::time::Instant;

/// What happened so far. A cheap handle.
#[derive(Clone)]
pub(crate) struct Trace {
    told: Arc<Mutex<Told>>,
}

struct Told {
    hasher: DefaultHasher,
    /// Printed when a history is told for somebody to read.
    is_loud: bool,
    began: Option<Instant>,
}

impl Trace {
    pub(crate) fn new(is_loud: bool) -> Self {
        let told = Told {
            hasher: DefaultHasher::new(),
            is_loud,
            began: None,
        };
        Self {
            told: Arc::new(Mutex::new(told)),
        }
    }

    /// A life begins; times are told from here.
    pub(crate) fn begin(&self, life: u64) {
        self.told.lock().unwrap().began = Some(Instant::now());
        self.tell(format_args!("life {life}"));
    }

    /// The life is over; its clock says nothing any more.
    pub(crate) fn end(&self) {
        self.told.lock().unwrap().began = None;
    }

    pub(crate) fn tell(&self, what: impl Display) {
        let mut told = self.told.lock().unwrap();
        let ms = told.began.map_or(0, |began| began.elapsed().as_millis());
        let line = format!("{ms:>7} {what}");
        line.hash(&mut told.hasher);
        if told.is_loud {
            println!("{line}");
        }
    }

    pub(crate) fn number(&self) -> u64 {
        self.told.lock().unwrap().hasher.finish()
    }
}
