//! What holds for every reading, however it is cut, repaired and interrupted, and for every way of
//! reading it.

use std::collections::BTreeMap;

use kaucim_fortune::SectionId;
use kaucim_tasks::{FollowOptions, TaskId};
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    app::{App, Built, Person, soon},
    model::{Does, report, words},
    reader::{Held, Reader},
};

/// What happens next.
#[derive(Debug, Clone)]
enum Turn {
    /// The model does the next thing of its script.
    Model,
    /// The reader reads what is there.
    Reads,
    /// The reader comes back as it was after one of the events it has read.
    ComesBack(prop::sample::Index),
}

/// One call: text in pieces, and how it ends.
#[derive(Debug, Clone)]
struct Script {
    sections: Vec<(SectionId, bool)>,
    cuts: Vec<prop::sample::Index>,
    kept: prop::sample::Index,
    ends: Does,
}

fn script() -> impl Strategy<Value = Script> {
    let section = (
        prop::sample::select(SectionId::ALL.to_vec()),
        prop::bool::weighted(0.8),
    );
    let ends =
        prop_oneof![4 => Just(Does::Finishes), 2 => Just(Does::Fails), 1 => Just(Does::Panics)];
    (
        prop::collection::vec(section, 0..9),
        prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        any::<prop::sample::Index>(),
        ends,
    )
        .prop_map(|(sections, cuts, kept, ends)| Script {
            sections,
            cuts,
            kept,
            ends,
        })
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        4 => Just(Turn::Model),
        3 => Just(Turn::Reads),
        2 => any::<prop::sample::Index>().prop_map(Turn::ComesBack),
    ]
}

impl Script {
    /// What the model does, one thing after the other.
    fn does(&self) -> Vec<Does> {
        let members: Vec<String> = self
            .sections
            .iter()
            .map(|(section, is_good)| {
                // Nonsense in the wrong language fails its check.
                let text = if *is_good {
                    words(*section)
                } else {
                    "月下老人說緣分將至".to_owned()
                };
                format!("\"{section}\":{}", Value::from(text))
            })
            .collect();
        let report: Vec<char> = format!("{{{}}}", members.join(",")).chars().collect();
        let kept = match self.ends {
            Does::Finishes => report.len(),
            _ => self.kept.index(report.len() + 1),
        };
        let mut cuts: Vec<usize> = self.cuts.iter().map(|cut| cut.index(kept + 1)).collect();
        cuts.extend([0, kept]);
        cuts.sort_unstable();
        cuts.dedup();
        cuts.windows(2)
            .map(|cut| Does::Writes(report[cut[0]..cut[1]].iter().collect()))
            .chain([self.ends.clone()])
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_reader_ends_with_what_is_stored(
        scripts in prop::collection::vec(script(), 1..5),
        turns in prop::collection::vec(turn(), 0..80),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(reads(scripts, turns));
    }
}

async fn reads(scripts: Vec<Script>, turns: Vec<Turn>) {
    // In memory, for the number of cases; the other tests are on a disk.
    let app = Built::workers(1).start_in_memory().await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut model = Box::pin(async {
        for script in scripts {
            let call = app.model.call().await;
            for does in script.does() {
                call.does(does);
                // One thing a turn.
                tokio::task::yield_now().await;
            }
        }
        // Whatever is still missing.
        loop {
            let call = app.model.call().await;
            call.writes(&report(&SectionId::ALL));
            call.does(Does::Finishes);
        }
    });
    // One reader looks only at the end; it wants the answer so far with every piece.
    let options = FollowOptions {
        cursor: None,
        partial_text: true,
    };
    let follow = app.tasks.follow(guest.account_id, task_id, options).await;
    let mut late = Reader::new(follow.unwrap());
    let mut restless = Restless::new(&app, guest, task_id).await;
    for turn in turns {
        match turn {
            Turn::Model => {
                let _ = futures::poll!(&mut model);
                tokio::task::yield_now().await;
            }
            Turn::Reads => restless.reads_now(),
            Turn::ComesBack(to) => restless.comes_back(to).await,
        }
    }
    let ends = async { tokio::join!(late.reads_to_end(), restless.reads_to_end()) };
    let (end, other_end) = tokio::select! {
        ends = ends => ends,
        () = &mut model => unreachable!("the model has no end"),
    };
    drop(model);
    assert_eq!(end, other_end);
    let stored = app.sealed(guest, task_id).await;
    assert_eq!(stored.len(), 7);
    assert_eq!(late.held.sealed, stored);
    restless.comes_back_from_everywhere(&stored).await;
    soon("the end", app.tasks.stop()).await;
}

/// A reader that comes and goes, and remembers what it held after each event.
struct Restless<'a> {
    app: &'a App,
    person: Person,
    task_id: TaskId,
    reader: Reader,
    remembered: Vec<Held>,
}

impl<'a> Restless<'a> {
    async fn new(app: &'a App, person: Person, task_id: TaskId) -> Self {
        Self {
            app,
            person,
            task_id,
            reader: app.read(person, task_id).await,
            remembered: vec![Held::default()],
        }
    }

    fn reads_now(&mut self) {
        while self.reader.next_now().is_some() {
            self.remembered.push(self.reader.held.clone());
        }
    }

    async fn comes_back(&mut self, to: prop::sample::Index) {
        let held = to.get(&self.remembered).clone();
        if held.ended.is_none() {
            self.reader = self.back_with(held).await;
        }
    }

    async fn back_with(&self, held: Held) -> Reader {
        let follow = self
            .app
            .follow(self.person, self.task_id, held.cursor.as_deref());
        Reader::going_on(follow.await.unwrap(), held)
    }

    async fn reads_to_end(&mut self) -> Value {
        while self.reader.next().await.is_some() {
            self.remembered.push(self.reader.held.clone());
        }
        self.reader.reads_to_end().await
    }

    /// Whatever a reader held once, it ends with the same. Every third is enough for the time.
    async fn comes_back_from_everywhere(&self, stored: &BTreeMap<u64, String>) {
        for held in self.remembered.iter().step_by(3) {
            if held.ended.is_none() {
                let mut reader = self.back_with(held.clone()).await;
                reader.reads_to_end().await;
                assert_eq!(reader.held.sealed, *stored);
            }
        }
    }
}
