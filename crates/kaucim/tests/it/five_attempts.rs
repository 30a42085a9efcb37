//! A question that kills the server each time it is worked on: it ends, and nobody else does.

use llmsim::{Call, Sim};
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    client::{Asker, Held},
    program::{PATIENCE, Server, asking, model},
};

/// The model never answers it, so that nothing of it is ever written.
const DEADLY: &str = "Will this be the end? [[sim fault=hang]]";

/// How often a task may lose its worker.
const ATTEMPTS: usize = 5;

#[tokio::test]
async fn a_question_that_kills_the_server_five_times_ends_and_spares_the_others() {
    let sim = model("rate=0").await;
    let mut server = Server::start(asking(&sim, "openai")).await;
    let asker = Asker::of(&server).await;
    let deadly = asker.ask(&server, DEADLY).await;
    let mut slow = Vec::new();
    for attempt in 1..=ATTEMPTS {
        reaches_the_model(&sim, DEADLY, attempt).await;
        // One is asked and answered beside it, another is in its middle when the server dies.
        let quick = format!("Is it safe in here, {attempt}?");
        let quick = asker.ask(&server, &quick).await;
        completes(&asker, &server, &quick, 1).await;
        let words = format!("Shall I stay, {attempt}? [[sim fault=stall@80 times=1]]");
        slow.push((asker.ask(&server, &words).await, attempt));
        reaches_the_model(&sim, &words, 1).await;
        let document = asker.task(&server, &deadly).await;
        assert_eq!(document["status"], "generating", "{document}");
        server.kill().await;
        server.start_again().await;
    }
    let events = asker.read_all(&server, &deadly).await;
    let mut held = Held::default();
    for event in &events {
        held.take(event);
    }
    let last = held.last.as_ref().expect("an end");
    assert_eq!(held.last_name, "error", "{last}");
    assert_eq!(last["code"], "attempts_exhausted");
    let document = asker.task(&server, &deadly).await;
    assert_eq!(document["status"], "failed");
    assert_eq!(document["error"]["code"], "attempts_exhausted");
    for (accepted, _) in &slow {
        completes(&asker, &server, accepted, 2).await;
    }
    let calls = calls_for(&sim.calls(), DEADLY);
    assert_eq!(calls, ATTEMPTS, "the model was asked once an attempt");
    sim.stop().await;
}

async fn completes(asker: &Asker, server: &Server, accepted: &Value, attempts: u64) {
    let mut held = Held::default();
    for event in asker.read_all(server, accepted).await {
        held.take(&event);
    }
    assert_eq!(held.last_name, "complete", "{:?}", held.last);
    let result = &held.last.as_ref().expect("an end")["result"];
    held.assert_is(result);
    assert_eq!(result["origin"], "model", "{}", result["sections"]);
    assert_eq!(result["attempts"], attempts);
}

async fn reaches_the_model(sim: &Sim, question: &str, times: usize) {
    let reached = sim.until(|calls| calls_for(calls, question) == times);
    let reached = timeout(PATIENCE, reached).await;
    reached.unwrap_or_else(|_| panic!("the model is not asked {times} times: {question}"));
}

fn calls_for(calls: &[Call], question: &str) -> usize {
    // What stands in a prompt cannot look like its marks.
    let question = question.replace('[', "〔").replace(']', "〕");
    let asks = |call: &&Call| call.request.to_string().contains(&question);
    calls.iter().filter(asks).count()
}
