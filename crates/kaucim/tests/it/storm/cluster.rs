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
    let sim = model("ttft=20").await;
    let postgres = Postgres::start();
    let mut nodes = Vec::new();
    for node in 0..NODES {
        let mut environment = environment(&weather, &sim);
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
        () = rage(&mut storm, &mut nodes, &postgres) => {}
        _ = &mut people => panic!("the crowd went home during the storm"),
    }
    enough.send_replace(true);
    let all_ended = timeout(TO_THE_END, people).await.is_ok();
    storm.count_calls();
    assert!(all_ended, "{}", storm.unfinished());
    verdict::pronounce(&crowd).await;
    storm.none_broken("at the end");
    let held = postgres.ask("SELECT count(*) FROM tasks WHERE holder IS NOT NULL");
    assert_eq!(held, "0", "nobody holds what has ended");
    println!("{storm}");
    drop(storm);
    sim.stop().await;
}

async fn rage(storm: &mut Storm<'_>, nodes: &mut [Server], postgres: &Postgres) {
    let mut dice = Dice::new(storm.weather.seed, u64::MAX);
    for round in 1..=storm.weather.rounds {
        storm.wait(round, &mut dice).await;
        let node = &mut nodes[usize::try_from(dice.below(NODES)).expect("an index")];
        // Each in turn, so that a short storm has them all.
        let blow = BLOWS[usize::try_from(round - 1).expect("a round") % BLOWS.len()];
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
    let holders = "SELECT coalesce(string_agg(quote_literal(holder), ','), ) FROM holders
        WHERE lease_ms > extract(epoch FROM clock_timestamp()) * 1000";
    let before = postgres.ask(holders);
    let gone = format!(
        "SELECT count(*) < {} FROM holders WHERE holder IN ({before})",
        before.split(',').count()
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
