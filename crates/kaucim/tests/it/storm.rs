//! kill -9 again and again while a crowd asks: no question is lost, no sealed text changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Mutex, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use futures::future::join_all;
use llmsim::Sim;
use reqwest::Client;
use tokio::{sync::watch, time::timeout};

use self::{crowd::Crowd, dice::Dice, question::Question, witness::Witness};
use crate::{
    program::{PATIENCE, Server, asking, model},
    variables,
};

mod cluster;
mod crowd;
mod dice;
mod oracle;
mod question;
mod reader;
mod verdict;
mod witness;

/// Within that everything has come to its end once nobody asks any more.
const TO_THE_END: Duration = Duration::from_secs(180);

/// Far beyond what a start takes; what it takes is printed.
const TO_BE_READY: Duration = Duration::from_secs(20);

/// So many events, at most, does everybody read between one kill and the next; a reading has more.
const EVENTS_EACH: u64 = 120;

/// The sections that a model may be asked for, as they stand in a request.
const SECTIONS: [&str; 7] = [
    "line_by_line_interpretation",
    "overall_development",
    "positive_factors",
    "challenges",
    "suggested_actions",
    "supplementary_notes",
    "conclusion",
];

/// How bad it is. The seed repeats what everybody does, though not to the millisecond when.
struct Weather {
    rounds: u64,
    crowd: u64,
    seed: u64,
    /// Tokens that the model writes in a second, for each reading.
    rate: u64,
}

#[tokio::test]
async fn whatever_dies_each_question_has_one_end_and_its_sealed_text_stays() {
    let weather = Weather {
        rounds: variables::number("KAUCIM_TORTURE_ROUNDS", 10),
        crowd: variables::number("KAUCIM_TORTURE_CROWD", 20),
        seed: variables::number("KAUCIM_TORTURE_SEED", 20_240_229),
        rate: variables::number("KAUCIM_TORTURE_RATE", 200),
    };
    let sim = model("ttft=20").await;
    let mut server = Server::start(environment(&weather, &sim)).await;
    let witness = Mutex::new(Witness::new());
    let (starts, enough) = (watch::Sender::new(0), watch::Sender::new(false));
    let crowd = Crowd {
        client: Client::new(),
        urls: vec![server.url("")],
        turn: AtomicUsize::new(0),
        key: server.key().await,
        seed: weather.seed,
        rate: weather.rate,
        witness: &witness,
        starts: starts.subscribe(),
        enough: enough.subscribe(),
    };
    let mut storm = Storm {
        weather: &weather,
        crowd: &crowd,
        sim: &sim,
        last_call: 0,
        starts,
        slowest_start: Duration::ZERO,
    };
    let mut people = Box::pin(join_all(
        (0..weather.crowd).map(|member| crowd.live(member)),
    ));
    tokio::select! {
        () = storm.rage(&mut server) => {}
        _ = &mut people => panic!("the crowd went home during the storm"),
    }
    enough.send_replace(true);
    storm.judge_the_end(people).await;
    // Once more, and all of it is still there.
    storm.kill(&mut server).await;
    verdict::pronounce(&crowd).await;
    storm.none_broken("after the last start");
    println!("{storm}");
    drop(storm);
    sim.stop().await;
}

/// Nothing but the machine limits the crowd.
fn environment(weather: &Weather, sim: &Sim) -> Vec<(&'static str, String)> {
    let at_once = weather.crowd.max(16).to_string();
    let mut environment = asking(sim, "openai");
    environment.extend([
        ("KAUCIM_TASKS_PER_USER", "100000".to_owned()),
        ("KAUCIM_STREAMS_PER_USER", "100000".to_owned()),
        ("KAUCIM_QUEUE_LIMIT", "100000".to_owned()),
        ("KAUCIM_RATE_LIMIT", "off".to_owned()),
        ("KAUCIM_WORKERS", at_once.clone()),
        ("KAUCIM_MODEL_CONCURRENCY", at_once),
    ]);
    environment
}

/// What kills the server, and keeps count.
struct Storm<'a> {
    weather: &'a Weather,
    crowd: &'a Crowd<'a>,
    sim: &'a Sim,
    /// The last call to the model that was counted.
    last_call: u64,
    starts: watch::Sender<u64>,
    slowest_start: Duration,
}

impl Storm<'_> {
    /// All rounds: the crowd reads on for a while, then the server dies and is started again.
    async fn rage(&mut self, server: &mut Server) {
        let mut dice = Dice::new(self.weather.seed, u64::MAX);
        for round in 1..=self.weather.rounds {
            self.wait(round, &mut dice).await;
            self.kill(server).await;
            self.count_calls();
            self.none_broken(&format!("in round {round}"));
        }
    }

    /// Until the crowd has read for a while.
    async fn wait(&self, round: u64, dice: &mut Dice) {
        let mut events = self.crowd.witness().events.subscribe();
        let wait = self.weather.crowd * dice.below(EVENTS_EACH);
        let goal = *events.borrow_and_update() + wait;
        // What is waited for holds a lock: it is let go at once.
        let enough = timeout(PATIENCE, events.wait_for(|read| *read >= goal));
        let is_enough = enough.await.is_ok();
        assert!(is_enough, "round {round}: {}", self.unfinished());
    }

    async fn kill(&mut self, server: &mut Server) {
        server.kill().await;
        self.crowd.witness().killed();
        // The model never writes the same again, or text that is shown twice could not be told
        // from text that is shown once.
        let model = format!("openai:sim;seed={}", *self.starts.borrow() + 1);
        server.set("KAUCIM_MODEL", model);
        let began = Instant::now();
        server.start_again().await;
        let took = began.elapsed();
        assert!(took < TO_BE_READY, "the server was ready after {took:?}");
        self.slowest_start = self.slowest_start.max(took);
        self.starts.send_modify(|starts| *starts += 1);
    }

    /// Tells the oracle of the calls that were made since; the model forgets old ones.
    fn count_calls(&mut self) {
        let calls = self.sim.calls();
        let before = self.last_call;
        let new = calls.iter().filter(|call| call.id > before);
        let mut witness = self.crowd.witness();
        for call in new {
            self.last_call = call.id;
            let request = call.request.to_string();
            // What is to be written is named behind the data, whatever form the request has.
            let closing = request.rsplit_once("</").map_or("", |(_, closing)| closing);
            let asks_for = |section: &&str| closing.contains(&format!("`{section}`"));
            let sections = SECTIONS.into_iter().filter(asks_for).map(str::to_owned);
            let sections: BTreeSet<_> = sections.collect();
            match Question::number_in(&request) {
                Some(number) if !sections.is_empty() => witness.oracle.called(number, sections),
                Some(_) | None => {
                    let words = format!("a model was asked nothing of the crowd's: {request}");
                    witness.oracle.violations.push(words);
                }
            }
        }
    }

    /// Waits until the crowd has read to the end what it asked, and judges what it was told.
    async fn judge_the_end(&mut self, people: impl Future) {
        let all_ended = timeout(TO_THE_END, people).await.is_ok();
        self.count_calls();
        assert!(all_ended, "{}", self.unfinished());
        verdict::pronounce(self.crowd).await;
        self.none_broken("at the end");
    }

    fn none_broken(&self, when: &str) {
        let violations = &self.crowd.witness().oracle.violations;
        let shown: Vec<_> = violations.iter().take(10).map(String::as_str).collect();
        assert!(
            violations.is_empty(),
            "{} promises were broken {when}:\n{}\n{}",
            violations.len(),
            shown.join("\n"),
            self.again()
        );
    }

    /// What has not come to its end.
    fn unfinished(&self) -> String {
        let witness = self.crowd.witness();
        let open = witness
            .oracle
            .tasks()
            .iter()
            .filter(|(_, task)| !task.ended);
        let open: Vec<_> = open.map(|(task_id, _)| task_id.as_str()).collect();
        let events = *witness.events.borrow();
        format!(
            "nothing goes on: {events} events were read, unfinished are {open:?}\n{}",
            self.again()
        )
    }

    fn again(&self) -> String {
        let Weather {
            rounds,
            crowd,
            seed,
            rate,
        } = self.weather;
        format!(
            "again: KAUCIM_TORTURE_SEED={seed} KAUCIM_TORTURE_ROUNDS={rounds} \
             KAUCIM_TORTURE_CROWD={crowd} KAUCIM_TORTURE_RATE={rate}"
        )
    }
}

impl fmt::Display for Storm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Weather {
            rounds,
            crowd,
            seed,
            rate,
        } = self.weather;
        let witness = self.crowd.witness();
        let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
        for end in witness.oracle.ends() {
            *ends.entry(end).or_default() += 1;
        }
        writeln!(
            f,
            "storm: {rounds} rounds, a crowd of {crowd}, {rate} tokens/s each, seed {seed}"
        )?;
        writeln!(f, "questions accepted   {}", witness.oracle.tasks().len())?;
        for (end, count) in ends {
            writeln!(f, "  ended as {end:<10} {count}")?;
        }
        writeln!(f, "events read          {}", *witness.events.borrow())?;
        writeln!(f, "calls to the model   {}", self.last_call)?;
        writeln!(f, "kills                {}", *self.starts.borrow())?;
        writeln!(f, "running tasks lost   {}", witness.lost_in_all)?;
        writeln!(f, "seen to be reclaimed {}", witness.reclaimed)?;
        writeln!(f, "slowest readiness    {:?}", self.slowest_start)?;
        writeln!(f, "slowest to go on     {:?}", witness.slowest)?;
        write!(f, "verdict: no promise was broken")
    }
}
