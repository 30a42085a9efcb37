//! Sections that no model got right before nothing more could be spent: their best version is
//! shown once more, as a whole, and sealed with the checks that it failed.

use std::time::Duration;

use kaucim_fortune::SectionId;
use kaucim_tasks::Settings;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::{
    app::{App, Built},
    model::{Call, Does, asked, report, words},
    reader::Reader,
};

/// Quotes what stands nowhere.
const INVENTED: &str = "“山重水複疑無路” tells of a winding road, and yours winds as well.";

fn built() -> Built {
    Built {
        settings: Settings {
            reading_time: Duration::from_mins(1),
            ..Settings::default()
        },
        ..Built::workers(1)
    }
}

/// A report whose fourth section quotes what stands nowhere.
fn with_a_fault() -> String {
    let mut members: Map<String, Value> =
        serde_json::from_str(&report(&SectionId::ALL)).expect("a report");
    members["challenges"] = INVENTED.into();
    Value::Object(members).to_string()
}

/// The model writes that, and is asked for the fourth section again.
async fn fails(app: &App) -> Call {
    let call = app.model.call().await;
    call.writes(&with_a_fault());
    call.does(Does::Finishes);
    let again = app.model.call().await;
    assert_eq!(asked(&again.request), ["challenges"]);
    again
}

/// What is stored of the fourth section and told in notices, and the end.
async fn reads(reader: &mut Reader) -> (Vec<String>, Value) {
    let mut told = Vec::new();
    while let Some(stored) = reader.frame().await {
        let Some((_, data)) = stored else { continue };
        let event: Value = serde_json::from_str(&data).expect("an event");
        let word = |name: &str| event[name].as_str().expect("a word").to_owned();
        match word("type").as_str() {
            "complete" => return (told, event),
            "notice" => told.push(word("code")),
            "section_reset" => told.push(word("reason")),
            "section_completed" if event["section"] == "challenges" => told.push(word("text")),
            _ => {}
        }
    }
    panic!("it has not ended: {told:?}");
}

/// The checks that the fourth section of a result has failed.
fn failed(complete: &Value) -> Vec<&str> {
    let checks = complete["result"]["sections"][3]["checks"].as_array();
    let failed = checks
        .expect("checks")
        .iter()
        .filter(|check| check["passed"] == false);
    failed
        .map(|check| check["check"].as_str().expect("a name"))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_best_when_the_time_is_up_is_sealed_and_marked() {
    let app = built().start_inline().await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let mut reader = app.read(guest, task_id).await;
    let began = Instant::now();
    let (_, ended) = tokio::join!(
        async {
            let again = fails(&app).await;
            again.writes("{\"challenges\": \"Another try that has no end");
            tokio::time::sleep(Duration::from_secs(50)).await;
            again.dropped().await;
        },
        reads(&mut reader)
    );
    let (told, complete) = ended;
    assert_eq!(began.elapsed().as_secs(), 60);
    assert_eq!(
        told,
        [
            "check_failed",
            "section_rewritten",
            "out_of_time",
            "section_unrepaired",
            INVENTED
        ]
    );
    assert_eq!(complete["result"]["origin"], "model");
    assert_eq!(complete["result"]["model"]["name"], "driven");
    assert_eq!(failed(&complete), ["quotation"]);
    assert_eq!(reader.held.sealed[&4], INVENTED);
    assert_eq!(reader.held.sealed, app.sealed(guest, task_id).await);
    // Whoever comes late gets the same.
    let replay = app.read(guest, task_id).await.reads_to_end().await;
    assert_eq!(replay, complete);
}

#[tokio::test(start_paused = true)]
async fn a_restart_forgets_what_failed_and_asks_for_it_again() {
    let app = built().start_inline().await;
    let guest = app.guest().await;
    let task_id = app.ask(guest).await;
    let _open = fails(&app).await;

    let app = built().start_inline_in(app.crashed()).await;
    let call = app.model.call().await;
    assert_eq!(asked(&call.request), ["challenges"]);
    assert!(!call.request.messages[1].text.contains("山重水複"));
    call.writes(&report(&[SectionId::Challenges]));
    call.does(Does::Finishes);
    let mut reader = app.read(guest, task_id).await;
    let complete = reader.reads_to_end().await;
    assert_eq!(failed(&complete), Vec::<&str>::new());
    assert_eq!(reader.held.sealed[&4], words(SectionId::Challenges));
    assert_eq!(complete["result"]["usage"]["calls"], 3, "of all attempts");
}
