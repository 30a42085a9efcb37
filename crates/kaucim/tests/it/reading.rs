//! A question is asked, and its reading streams to the end: both protocols, three languages.

use crate::{
    client::{Asker, Event, Held},
    program::{Server, asking, model},
};

#[tokio::test]
async fn a_chinese_question_over_openai() {
    check("openai", "我今年會遇到對的人嗎？", "zh").await;
}

#[tokio::test]
async fn an_english_question_over_openai() {
    check("openai", "Should I change my job this year?", "en").await;
}

#[tokio::test]
async fn a_japanese_question_over_ollama() {
    check("ollama", "この恋はうまくいきますか？", "ja").await;
}

#[tokio::test]
async fn a_chinese_question_over_ollama() {
    check("ollama", "工作上的煩惱何時能解？", "zh").await;
}

#[tokio::test]
async fn a_failing_model_ends_with_a_whole_reading() {
    let sim = model("rate=0;fault=cut@challenges").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let asker = Asker::of(&server).await;
    let accepted = asker.ask(&server, "Will the rain stop?").await;
    let held = held(&asker.read_all(&server, &accepted).await);
    let result = &held.last.as_ref().expect("a terminal event")["result"];
    held.assert_is(result);
    assert_eq!(
        result["origin"], "mixed",
        "the model wrote some, the deck the rest"
    );
    sim.stop().await;
}

async fn check(protocol: &str, question: &str, language: &str) {
    let sim = model("rate=400;ttft=50").await;
    let server = Server::start(asking(&sim, protocol)).await;
    let asker = Asker::of(&server).await;
    let accepted = asker.ask(&server, question).await;
    assert_eq!(
        accepted["lot"]["number"], 7,
        "the poem comes with the answer"
    );
    let events = asker.read_all(&server, &accepted).await;
    assert_order(&events);
    let held = held(&events);
    assert_eq!(held.last_name, "complete");
    let result = &held.last.as_ref().expect("a terminal event")["result"];
    held.assert_is(result);
    assert_eq!(result["language"], language);
    assert_eq!(result["origin"], "model", "{}", result["sections"]);
    assert_tokens(&events);
    let task = asker.task(&server, &accepted).await;
    assert_eq!(
        &task["result"], result,
        "what was streamed is what is stored"
    );
    assert_eq!(task["status"], "completed");
    sim.stop().await;
}

fn held(events: &[Event]) -> Held {
    let mut held = Held::default();
    for event in events {
        held.take(event);
    }
    held
}

/// The events that are no text come in the order of the contract.
fn assert_order(events: &[Event]) {
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    let place = |name: &str| names.iter().position(|n| *n == name).unwrap_or(usize::MAX);
    let order = [
        "status",
        "lot",
        "sources",
        "section_started",
        "llm_streaming",
    ];
    let places: Vec<_> = order.into_iter().map(place).collect();
    assert!(places.is_sorted(), "{order:?} came at {places:?}");
    assert_eq!(names.last(), Some(&"complete"));
    let counted = |name: &str| names.iter().filter(|n| **n == name).count();
    assert_eq!(counted("section_started"), 7);
    assert_eq!(counted("section_completed"), 7);
    assert!(counted("llm_streaming") > 100, "the text came word by word");
}

/// The tokens of each section, joined, are its sealed text. Where a seal overtakes its reader they
/// are the beginning of it, which happens to one at most.
fn assert_tokens(events: &[Event]) {
    let mut open = String::new();
    let mut overtaken = 0;
    for event in events {
        match event.name.as_str() {
            "llm_streaming" => open.push_str(event.data["token"].as_str().expect("text")),
            "section_completed" => {
                let text = event.data["text"].as_str().expect("text");
                let told = std::mem::take(&mut open);
                assert!(text.starts_with(&told), "{told:?} does not begin {text:?}");
                overtaken += usize::from(told != text);
            }
            _ => {}
        }
    }
    assert!(overtaken <= 1, "{overtaken} seals overtook their reader");
}
