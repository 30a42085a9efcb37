//! What the server tells about its calls, and what it notices.

use std::time::{Duration, SystemTime};

use llmsim::{Call, Ended, Times};
use tokio::time::timeout;

use crate::client::{App, BOTH, Protocol, request};

#[tokio::test]
async fn calls_are_listed_with_what_became_of_them() {
    let app = App::start("").await;
    app.stream(Protocol::OpenAi, "一").await;
    app.stream(Protocol::Ollama, "二 [[sim fault=cut@7]]").await;
    let calls: Vec<Call> = serde_json::from_value(app.read_json("/sim/calls").await).unwrap();
    assert_eq!(calls, app.sim.calls());
    let [first, second] = &calls[..] else {
        panic!("{calls:?}");
    };
    assert_eq!(first.path, "/v1/chat/completions");
    assert_eq!(
        (first.ended, first.faults.len()),
        (Some(Ended::Complete), 0)
    );
    assert_eq!(first.request, request(Protocol::OpenAi, "一"));
    assert_eq!((second.ended, second.tokens_sent), (Some(Ended::Fault), 7));
    assert_eq!(second.faults, ["cut@7"]);
    app.delete("/sim/calls").await;
    assert_eq!(app.sim.calls(), []);
}

#[tokio::test]
async fn the_moment_at_which_a_call_ended_is_noted() {
    let app = App::start("rate=100").await;
    let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros() as u64;
    let streamed = app
        .post(Protocol::OpenAi, &request(Protocol::OpenAi, "q"))
        .await;
    assert_eq!(app.sim.calls()[0].ended_us, None);
    let hung_up = now();
    drop(streamed);
    let calls = app.sim.until(|calls| calls[0].ended.is_some()).await;
    let ended_us = calls[0].ended_us.unwrap();
    assert!(
        (hung_up..=now()).contains(&ended_us),
        "{hung_up} {ended_us}"
    );
    assert_eq!(app.sim.calls()[0].ended_us, Some(ended_us));
}

#[tokio::test]
async fn a_client_that_hangs_up_is_noticed() {
    let app = App::start("").await;
    for protocol in BOTH {
        // While tokens are written, while nothing is, and before the head.
        for setting in ["rate=100", "fault=stall@4", "ttft=600000", "fault=hang"] {
            app.sim.clear();
            let body = request(protocol, &format!("[[sim {setting}]]"));
            if setting == "fault=hang" {
                let call = app.post(protocol, &body);
                let seen = app.sim.until(|calls| !calls.is_empty());
                tokio::select! {
                    _ = call => panic!("an answer to a call that hangs"),
                    _ = seen => {}
                }
            } else {
                drop(app.post(protocol, &body).await);
            }
            let gone = app
                .sim
                .until(|calls| calls[0].ended == Some(Ended::ClientGone));
            assert!(
                timeout(Duration::from_secs(5), gone).await.is_ok(),
                "{setting}"
            );
        }
    }
}

#[tokio::test]
async fn tokens_are_timed_and_placed_in_their_section() {
    let app = App::start("rate=2000;length=60;ttft=20").await;
    let before = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros() as u64;
    let reading = app
        .stream(Protocol::OpenAi, "q [[sim ascii]]")
        .await
        .reading();
    let call = &app.sim.calls()[0];
    let path = format!("/sim/calls/{}/times", call.id);
    let times: Times = serde_json::from_value(app.read_json(&path).await).unwrap();
    assert_eq!(Some(&times), app.sim.times(call.id).as_ref());
    assert_eq!(times.tokens.len() as u64, call.tokens_sent);
    let (first, last) = (times.tokens[0], *times.tokens.last().unwrap());
    assert!(first.wall_us >= before + 20_000);
    // The schedule is absolute: never early, whatever the load.
    let due = (times.tokens.len() as u64 - 1) * 500;
    assert!(last.wall_us >= before + 20_000 + due);
    for (index, section) in times.sections.iter().enumerate() {
        let told = times
            .tokens
            .iter()
            .filter(|token| token.section == Some(index));
        let bytes = told.map(|token| token.bytes).max();
        assert_eq!(bytes, reading[section].as_str().map(str::len), "{section}");
    }
}

#[tokio::test]
async fn a_burst_holds_tokens_back_until_the_last_is_due() {
    let app = App::start("rate=1000;length=60").await;
    app.stream(Protocol::OpenAi, "q [[sim fault=burst@20]]")
        .await
        .reading();
    let call = &app.sim.calls()[0];
    let tokens = app.sim.times(call.id).unwrap().tokens;
    // The silence is as long as the held tokens would have taken, less the timer's grain.
    let silence = tokens[20].mono_us - tokens[19].mono_us;
    let held = (tokens.len() as u64 - 20) * 1000;
    assert!(silence + 20_000 > held, "{silence} {held}");
    assert_eq!(call.ended, Some(Ended::Complete));
}

#[tokio::test]
async fn a_stop_ends_what_is_going_on() {
    let app = App::start("rate=10").await;
    let mut streamed = app
        .post(Protocol::OpenAi, &request(Protocol::OpenAi, "q"))
        .await;
    let App { sim, .. } = app;
    timeout(Duration::from_secs(20), sim.stop()).await.unwrap();
    while let Ok(Some(_)) = streamed.chunk().await {}
}

#[tokio::test]
async fn somebody_who_follows_the_redirect_is_noted() {
    let app = App::start("").await;
    app.stream(Protocol::OpenAi, "[[sim fault=redirect]]").await;
    let followed = |calls: &[Call]| calls.iter().any(|call| call.path == "/sim/elsewhere");
    assert!(!followed(&app.sim.calls()));
    reqwest::get(format!("{}/sim/elsewhere", app.sim.url()))
        .await
        .unwrap();
    assert!(followed(&app.sim.calls()));
}
