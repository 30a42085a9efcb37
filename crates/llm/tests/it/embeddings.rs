//! Vectors over real sockets: both dialects, bounded requests, and servers that answer badly.

use std::time::Duration;

use kaucim_llm::{Embedder, Error, Limit, Prefixes, Purpose};
use llmsim::{Config, Sim};
use secrecy::SecretString;

use crate::{
    server::{Play, Server},
    support::{PATIENT, config},
};

const LIMIT: Duration = PATIENT.whole_call;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn embedder(spec: &str, url: &str) -> Embedder {
    Embedder::new(&config(spec, url), Prefixes::default()).unwrap()
}

async fn embed(spec: &str, url: &str, asked: &[&str]) -> Result<Vec<Vec<f32>>, Error> {
    let embedder = embedder(spec, url);
    embedder.embed(Purpose::Passage, &texts(asked), LIMIT).await
}

#[tokio::test]
async fn each_text_gets_its_vector_in_both_dialects() {
    let sim = Sim::start(Config::default()).await.unwrap();
    for spec in ["openai:sim", "ollama:sim"] {
        let both = embed(spec, &sim.url(), &["姻緣", "lawsuit"]).await.unwrap();
        assert_eq!(both.len(), 2);
        let alone = embed(spec, &sim.url(), &["lawsuit"]).await.unwrap();
        assert_eq!(both[1], alone[0], "{spec}");
        assert_eq!(embed(spec, &sim.url(), &[]).await.unwrap(), [[0.0; 0]; 0]);
    }
    let many: Vec<_> = (0..70).map(|at| format!("text {at}")).collect();
    let embedder = embedder("ollama:sim", &sim.url());
    sim.clear();
    let vectors = embedder
        .embed(Purpose::Passage, &many, LIMIT)
        .await
        .unwrap();
    assert_eq!(vectors.len(), 70);
    let calls = sim.calls();
    let lengths: Vec<_> = calls
        .iter()
        .map(|call| call.request["input"].as_array().unwrap().len())
        .collect();
    assert_eq!(lengths, [32, 32, 6]);
    sim.stop().await;
}

#[tokio::test]
async fn a_model_reads_its_prefix_before_each_text() {
    let sim = Sim::start(Config::default()).await.unwrap();
    let prefixes = Prefixes {
        question: "query: ".to_owned(),
        passage: "passage: ".to_owned(),
    };
    let embedder = Embedder::new(&config("openai:sim", &sim.url()), prefixes).unwrap();
    for purpose in [Purpose::Question, Purpose::Passage] {
        embedder
            .embed(purpose, &texts(&["moon"]), LIMIT)
            .await
            .unwrap();
    }
    let sent: Vec<_> = sim
        .calls()
        .iter()
        .map(|call| call.request["input"][0].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sent, ["query: moon", "passage: moon"]);
    sim.stop().await;
}

#[tokio::test]
async fn vectors_that_nobody_can_count_on_are_refused() {
    let sim = Sim::start(Config::default()).await.unwrap();
    for (fault, why) in [
        ("dimension", "64 and 63 dimensions"),
        ("nan", "cannot be read"),
        ("fewer", "1 vectors came for 2 texts"),
        ("html", "cannot be read"),
    ] {
        for spec in ["openai", "ollama"] {
            let spec = format!("{spec}:sim;fault={fault}");
            let error = embed(&spec, &sim.url(), &["a", "b"]).await.unwrap_err();
            assert!(
                matches!(error, Error::Malformed { .. }),
                "{spec}: {error:?}"
            );
            assert!(error.to_string().contains(why), "{spec}: {error}");
        }
    }
    let error = embed("ollama:sim;fault=404", &sim.url(), &["a"])
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Refused { status: 404, .. }),
        "{error:?}"
    );
    let error = embed("openai:sim;fault=503", &sim.url(), &["a"])
        .await
        .unwrap_err();
    assert!(error.is_worth_retrying(), "{error:?}");
    sim.stop().await;
}

#[tokio::test]
async fn a_slow_server_is_given_up_in_time() {
    let sim = Sim::start(Config::default()).await.unwrap();
    let embedder = embedder("openai:sim;fault=hang", &sim.url());
    let limit = Duration::from_millis(20);
    let embedded = embedder
        .embed(Purpose::Question, &texts(&["a"]), limit)
        .await;
    let error = embedded.unwrap_err();
    assert!(
        matches!(error, Error::TimedOut(Limit::WholeCall)),
        "{error:?}"
    );
    sim.until(|calls| calls.iter().all(|call| call.ended.is_some()))
        .await;
    sim.stop().await;
}

#[tokio::test]
async fn the_key_is_sent_and_never_repeated() {
    let refusal = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 36\r\n\r\n{\"error\":{\"message\":\"bad key hush\"}}\n".to_vec();
    let server = Server::start([vec![Play::Send(refusal)]]).await;
    let mut config = config("openai:x", &format!("{}/v1/embeddings", server.url));
    config.api_key = Some(SecretString::from("hush"));
    let embedder = Embedder::new(&config, Prefixes::default()).unwrap();
    let embedded = embedder
        .embed(Purpose::Question, &texts(&["a"]), LIMIT)
        .await;
    let error = embedded.unwrap_err().to_string();
    assert!(error.contains("401") && !error.contains("hush"), "{error}");
    let head = &server.asked()[0].head;
    assert!(head.starts_with("post /v1/embeddings "), "{head}");
    assert!(head.contains("authorization: bearer hush"), "{head}");
}
