//! Vectors of passages: made in the background, kept over restarts, made anew when damaged.

use std::fs;

use kaucim_decks::Library;
use llmsim::{Call, Sim};
use serde_json::Value;
use tempfile::tempdir;
use tokio::time::timeout;

use crate::program::{PATIENCE, Server, kaucim, model, run};

fn embedding(sim: &Sim, name: &str) -> Vec<(&'static str, String)> {
    vec![
        ("KAUCIM_MODEL", "classic".to_owned()),
        ("KAUCIM_EMBEDDINGS", format!("openai:{name}")),
        ("KAUCIM_EMBEDDINGS_URL", sim.url()),
    ]
}

/// Texts that the model was asked about, by whether they were passages of a deck.
fn passages(calls: &[Call]) -> usize {
    let lists = calls
        .iter()
        .filter_map(|call| call.request["input"].as_array());
    // A question is asked alone.
    lists.map(Vec::len).filter(|count| *count > 1).sum()
}

/// Waits until something is so, asking the server in between as somebody would.
async fn until(server: &Server, what: &str, is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            found(server, "insomnia").await;
        }
    };
    timeout(PATIENCE, wait)
        .await
        .unwrap_or_else(|_| panic!("{what}"));
}

async fn found(server: &Server, query: &str) -> Vec<Value> {
    let url = server.url("/api/v1/search");
    let url = reqwest::Url::parse_with_params(&url, [("q", query)]).expect("an address");
    let key = server.key().await;
    let request = reqwest::Client::new().get(url);
    let answer = request.bearer_auth(key).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    answer["results"].as_array().expect("results").clone()
}

#[tokio::test]
async fn vectors_are_made_once_and_survive_restarts() {
    let sim = model("").await;
    let mut server = Server::start(embedding(&sim, "sim")).await;
    let decks = Library::starter().decks();
    let all: usize = decks.iter().map(|deck| deck.texts_to_embed().count()).sum();
    let made = sim.until(|calls| passages(calls) >= all);
    timeout(PATIENCE, made).await.expect("all are made");
    // The answers to the last ones may be on their way yet.
    let mut starts = 0;
    while passages(&sim.calls()) > 0 {
        assert!(!found(&server, "insomnia").await.is_empty());
        assert_eq!(server.terminate().await, Some(0));
        starts += 1;
        assert!(starts < 4, "vectors are made again at every start");
        sim.clear();
        server.start_again().await;
        assert!(!found(&server, "insomnia").await.is_empty());
    }
    assert_eq!(server.terminate().await, Some(0));
    let file = server.data.path().join("embeddings.bin");
    let kept = fs::read(&file).expect("vectors are kept");

    let mut damaged = kept.clone();
    damaged.truncate(kept.len() / 2);
    fs::write(&file, damaged).expect("it can be written");
    server.start_again().await;
    let is_whole = || fs::read(&file).expect("a file").len() >= kept.len();
    until(&server, "they are made anew", is_whole).await;
    assert_eq!(fs::read(&file).expect("a file"), kept);
    assert_eq!(server.terminate().await, Some(0));
    sim.stop().await;
}

#[tokio::test]
async fn a_server_without_its_model_serves_by_words() {
    let sim = model("").await;
    let mut server = Server::start(embedding(&sim, "sim;fault=404")).await;
    assert!(!found(&server, "姻緣").await.is_empty());
    let log = server.data.path().join("stderr.txt");
    let words = || fs::read_to_string(&log).expect("text");
    until(&server, "a word about it", || {
        words().contains("makes no vectors")
    })
    .await;
    assert!(!found(&server, "姻緣").await.is_empty());
    assert_eq!(server.terminate().await, Some(0));
    let words = words();
    assert_eq!(words.matches("makes no vectors").count(), 1, "{words}");
    sim.stop().await;
}

#[tokio::test]
async fn the_doctor_says_whether_vectors_are_made() {
    let sim = model("").await;
    let data = tempdir().expect("a folder");
    for (name, words) in [
        ("sim", "openai:sim: makes vectors of 64 dimensions"),
        ("sim;fault=404", "found by their words alone"),
    ] {
        let mut command = kaucim(data.path());
        command.arg("doctor").envs(embedding(&sim, name));
        let printed = run(command).await;
        assert_eq!(printed.code, Some(0), "{}", printed.stderr);
        assert!(printed.stdout.contains(words), "{}", printed.stdout);
    }
    sim.stop().await;
}
