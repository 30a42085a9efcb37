//! The same with three nodes on one PostgreSQL: nodes are killed, ended or stopped for longer than
//! their lease, and the database is killed, while the crowd asks and reads at any of them.

use super::*;
use crate::postgres::Postgres;

const NODES: u64 = 3;

/// What happens in a round.
#[derive(Debug, Clone, Copy)]
enum Blow {
    /// A node is killed.
    Kill,
    /// A node is ended as for a new version.
    End,
    /// A node stands still until others have taken its tasks, and comes back.
    Stop,
    /// The database is killed.
    Database,
}

const BLOWS: [Blow; 8] = [
    Blow::Kill,
    Blow::Database,
    Blow::End,
    Blow::Kill,
    Blow::Stop,
    Blow::Kill,
    Blow::Database,
    Blow::Kill,
];

#[tokio::test]
async fn whatever_dies_of_three_nodes_each_question_has_one_end_and_its_sealed_text_stays() {
    let weather = Weather {
        rounds: variables::number("KAUCIM_TORTURE_ROUNDS", 8),
        crowd: variables::number("KAUCIM_TORTURE_CROWD", 20),
        seed: variables::number("KAUCIM_TORTURE_SEED", 20_240_229),
        rate: variables::number("KAUCIM_TORTURE_RATE", 200),
    };
    let postgres = survive(&BLOWS, &weather).await;
    let held = postgres.ask("SELECT count(*) FROM tasks WHERE holder IS NOT NULL");
    assert_eq!(held, "0", "nobody holds what has ended");
}

#[tokio::test]
async fn nodes_that_are_ended_one_after_the_other_fail_no_reading_and_count_no_attempt() {
    let weather = Weather {
        rounds: NODES,
        crowd: 20,
        seed: variables::number("KAUCIM_TORTURE_SEED", 20_240_229),
        rate: 200,
    };
    let postgres = survive(&[Blow::End], &weather).await;
    let harmed = "SELECT count(*) FROM tasks WHERE status <> 'completed' AND status <> 'cancelled'
        OR attempts > 1";
    assert_eq!(postgres.ask(harmed), "0");
}

/// Lets these happen in turn, to one node after the other, and judges what the crowd was told.
#[expect(clippy::print_stdout, reason = "what a storm came to is worth reading")]
async fn survive(blows: &[Blow], weather: &Weather) -> Postgres {
    let sim = model("ttft=20").await;
    let postgres = Postgres::start();
    let mut nodes = Vec::new();
    for node in 0..NODES {
        let mut environment = environment(weather, &sim);
        environment.push(("KAUCIM_DATABASE", postgres.url()));
        let mut server = Server::start(environment).await;
        // No two ever write the same; see `Storm::kill`.
        server.set(
            "KAUCIM_MODEL",
            format!("openai:sim;seed={}", 1_000_000 + node),
        );
        nodes.push(server);
    }
    let witness = Mutex::new(Witness::new());
    let (starts, enough) = (watch::Sender::new(0), watch::Sender::new(false));
    let crowd = Crowd {
        client: Client::new(),
        urls: nodes.iter().map(|node| node.url("")).collect(),
        turn: AtomicUsize::new(0),
        key: nodes[0].key().await,
        seed: weather.seed,
        rate: weather.rate,
        witness: &witness,
        starts: starts.subscribe(),
        enough: enough.subscribe(),
    };
    let mut storm = Storm {
        weather,
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
        () = rage(&mut storm, blows, &mut nodes, &postgres) => {}
        _ = &mut people => panic!("the crowd went home during the storm"),
    }
    enough.send_replace(true);
    storm.judge_the_end(people).await;
    println!("{storm}");
    drop(storm);
    sim.stop().await;
    postgres
}

async fn rage(storm: &mut Storm<'_>, blows: &[Blow], nodes: &mut [Server], postgres: &Postgres) {
    let mut dice = Dice::new(storm.weather.seed, u64::MAX);
    for round in 1..=storm.weather.rounds {
        storm.wait(round, &mut dice).await;
        let turn = usize::try_from(round).expect("a round") - 1;
        let at = turn % nodes.len();
        let node = &mut nodes[at];
        // Each in turn, so that a short storm has them all.
        let blow = blows[turn % blows.len()];
        match blow {
            Blow::Kill => storm.kill(node).await,
            Blow::End => {
                assert_eq!(node.terminate().await, Some(0), "round {round}");
                node.start_again().await;
            }
            Blow::Stop => stop(node, postgres).await,
            Blow::Database => {
                postgres.crash();
                postgres.start_again();
            }
        }
        storm.count_calls();
        storm.none_broken(&format!("in round {round}, after {blow:?}"));
    }
}

/// SIGSTOP, until the others have freed what the node held; then it wakes and goes on as if
/// nothing had been.
async fn stop(node: &Server, postgres: &Postgres) {
    let signal = async |name: &str| {
        let id = node.id();
        let sent = tokio::process::Command::new("kill")
            .args([name, &id])
            .status();
        assert!(sent.await.expect("kill").success());
    };
    signal("-STOP").await;
    // Its own lease is among these, and so may be those of nodes that were killed a moment ago.
    let in_time = "lease_ms > extract(epoch FROM clock_timestamp()) * 1000";
    let before = postgres.ask(&format!(
        "SELECT coalesce(string_agg(quote_literal(holder), ','), quote_literal('nobody'))
         FROM holders WHERE {in_time}"
    ));
    let others = NODES - 1;
    let gone = format!(
        "SELECT (SELECT count(*) FROM holders WHERE holder IN ({before}) AND {in_time}) <= {others}
            AND NOT EXISTS (SELECT 1 FROM tasks WHERE holder IN ({before})
                AND holder NOT IN (SELECT holder FROM holders WHERE {in_time}))"
    );
    let taken_over = async {
        while postgres.ask(&gone) != "t" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let is_taken_over = timeout(PATIENCE, taken_over).await.is_ok();
    signal("-CONT").await;
    assert!(is_taken_over, "nobody has freed what a silent node held");
}
