//! How much one may have at once, and how often one may ask.

use std::num::NonZeroU32;

use kaucim_server::{Proxies, Rates, Settings};
use kaucim_tasks::{DailyBudget, DailyBudgets, Limits};
use serde_json::json;

use crate::{
    app::{Setup, TestApp, soon},
    user::{ASK, Answer, HISTORY, User, answer, question, stream_path},
};

const HANGS: &str = "會嗎？ [[sim fault=hang]]";

async fn ask(asker: &User, end_user: Option<&str>) -> Answer {
    let mut body = question(HANGS);
    body["end_user"] = json!(end_user);
    asker.post(ASK, Some(&body)).await
}

#[track_caller]
fn assert_waits(answer: &Answer, code: &str) {
    let problem = answer.assert_problem(429, code);
    let seconds: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!(seconds > 0, "it says when to come back");
    assert_eq!(problem["retry_after"], seconds);
}

#[tokio::test]
async fn a_guest_has_one_unfinished_reading() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let task_id = guest.ask(HANGS).await;
    let problem = ask(&guest, None).await.assert_problem(409, "task_running");
    assert_eq!(
        problem["task_id"],
        task_id.as_str(),
        "the running one is named"
    );
    // A guest has no customers to hide behind.
    ask(&guest, Some("someone"))
        .await
        .assert_problem(409, "task_running");
    app.guest().await.ask(HANGS).await;
    guest.cancel(&task_id).await;
    guest.ask(HANGS).await;
}

#[tokio::test]
async fn an_end_user_has_one_unfinished_reading() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let first = ask(&asker, Some("mei")).await.json();
    let problem = ask(&asker, Some("mei"))
        .await
        .assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], first["task_id"]);
    assert_eq!(ask(&asker, Some("ling")).await.status, 202);
    assert_eq!(ask(&asker, None).await.status, 202);
    assert_eq!(ask(&asker, None).await.status, 202);
    let other = app.key_holder("other temple").await;
    assert_eq!(
        ask(&other, Some("mei")).await.status,
        202,
        "names are an account's own"
    );
}

#[tokio::test]
async fn an_account_has_so_many_unfinished_readings() {
    let limits = Limits {
        per_account: 3,
        ..Limits::default()
    };
    let app = TestApp::with(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let first = ask(&asker, None).await.json();
    assert_eq!(ask(&asker, Some("mei")).await.status, 202);
    assert_eq!(ask(&asker, None).await.status, 202);
    let problem = ask(&asker, Some("ling"))
        .await
        .assert_problem(409, "task_running");
    assert_eq!(problem["task_id"], first["task_id"], "the oldest is named");
    let same_account = User::with_key(&app, app.key_holder("temple").await.secret());
    ask(&same_account, None)
        .await
        .assert_problem(409, "task_running");
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let two = NonZeroU32::MIN.saturating_add(1);
    let four = two.saturating_add(2);
    let rates = Rates {
        per_account: two,
        per_guest: two,
        per_address: four,
        ..Rates::default()
    };
    let server = Settings {
        rates: Some(rates),
        ..Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    assert_eq!(ask(&asker, None).await.status, 202);
    assert_eq!(ask(&asker, None).await.status, 202);
    assert_waits(&ask(&asker, None).await, "rate_limited");
    assert_eq!(asker.history().await.len(), 2, "nothing more is stored");

    // All four of this address; sessions are counted apart.
    let (one, other) = (app.guest().await, app.guest().await);
    for guest in [&one, &other, &one, &other] {
        let task_id = guest.ask(HANGS).await;
        guest.cancel(&task_id).await;
    }
    let third = app.guest().await;
    assert_waits(&ask(&third, None).await, "rate_limited");
}

#[tokio::test]
async fn a_full_queue_takes_nothing_more() {
    let limits = Limits {
        queued: 1,
        ..Limits::default()
    };
    let app = TestApp::with(Setup {
        limits,
        workers: 1,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let running = asker.ask(HANGS).await;
    soon(
        "the only worker to be busy",
        app.sim.until(|calls| calls.len() == 1),
    )
    .await;
    asker.ask(HANGS).await;
    assert_waits(&ask(&asker, None).await, "queue_full");
    assert_eq!(asker.history().await.len(), 2, "nothing more is stored");
    asker.cancel(&running).await;
    soon(
        "the next to be taken up",
        app.sim.until(|calls| calls.len() == 2),
    )
    .await;
    assert_eq!(ask(&asker, None).await.status, 202, "there is room again");
}

#[tokio::test]
async fn an_account_has_so_many_open_streams() {
    let server = Settings {
        streams_per_account: 2,
        ..Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask(HANGS).await;
    let one = asker.follow(&task_id).await;
    let _two = asker.follow(&task_id).await;
    let path = stream_path(&task_id);
    assert_waits(&asker.get(&path).await, "too_many_streams");
    let other = app.key_holder("other temple").await;
    let others_task = other.ask(HANGS).await;
    other.follow(&others_task).await;
    drop(one);
    let free = async {
        loop {
            let request = asker.request(reqwest::Method::GET, &path).send().await;
            if request.expect("the server answers").status() == 200 {
                return;
            }
        }
    };
    soon("the closed stream to count no more", free).await;
}

#[tokio::test]
async fn a_spent_budget_says_whose_it_is_and_until_when() {
    let one = DailyBudget {
        readings: Some(1),
        tokens: None,
    };
    let app = TestApp::with(Setup {
        budgets: DailyBudgets {
            per_key: one,
            per_guest: one,
            ..DailyBudgets::default()
        },
        ..Setup::default()
    })
    .await;
    for (asker, whose) in [
        (app.key_holder("temple").await, "key"),
        (app.guest().await, "guest"),
    ] {
        let task_id = asker.ask(HANGS).await;
        asker.cancel(&task_id).await;
        let refused = ask(&asker, None).await;
        assert_waits(&refused, "budget_spent");
        assert!(refused.body().contains(whose), "{}", refused.body());
        assert_eq!(asker.history().await.len(), 1, "nothing more is stored");
    }
    let figures = app.operator().await.get("/metrics").await.body();
    for figure in [
        "kaucim_problems_total{code=\"budget_spent\"} 2",
        "kaucim_spent_today{budget=\"service\",unit=\"readings\"} 2",
        "kaucim_spent_today{budget=\"guests\",unit=\"readings\"} 1",
    ] {
        assert!(figures.contains(figure), "{figure} is missing in {figures}");
    }
}

#[tokio::test]
async fn all_guests_together_may_ask_so_often() {
    let rates = Rates {
        guests: NonZeroU32::MIN,
        ..Rates::default()
    };
    let app = of_rates(rates, Proxies::default()).await;
    app.guest().await.ask(HANGS).await;
    assert_waits(&ask(&app.guest().await, None).await, "rate_limited");
    assert_eq!(ask(&app.key_holder("temple").await, None).await.status, 202);
}

#[tokio::test]
async fn the_guests_of_one_address_leave_some_of_the_day_to_others() {
    let rates = Rates {
        per_address_daily: NonZeroU32::MIN,
        ..Rates::default()
    };
    let app = of_rates(rates, Proxies::default()).await;
    app.guest().await.ask(HANGS).await;
    let next = app.guest().await;
    let waits = ask(&next, None).await;
    assert_waits(&waits, "rate_limited");
    let seconds: u64 = waits.header("retry-after").parse().expect("seconds");
    assert!(seconds > 3600, "it is the day's: {seconds}");
    // A key has limits of its own.
    app.key_holder("temple").await.ask(HANGS).await;
}

#[tokio::test]
async fn sessions_that_are_opened_or_taken_over_are_counted_apart_from_questions() {
    let three = NonZeroU32::MIN.saturating_add(2);
    let rates = Rates {
        sessions: three,
        ..Rates::default()
    };
    let app = of_rates(rates, Proxies::default()).await;
    let guest = app.guest().await;
    let made = guest.post("/api/v1/session/handoff", None).await.json();
    let url = made["url"].as_str().expect("a link");
    let (_, secret) = url.split_once("#handoff=").expect("a secret");
    let redeem = "/api/v1/session/handoff/redeem";
    let nobody = app.nobody();
    let second = nobody
        .post(redeem, Some(&json!({ "handoff": secret })))
        .await;
    assert_eq!(second.status, 200, "{}", second.body());
    // A guess counts as well, so there are not many.
    nobody
        .post(redeem, Some(&json!({ "handoff": "kh_0" })))
        .await
        .assert_problem(401, "unauthenticated");
    assert_waits(&nobody.post("/api/v1/session", None).await, "rate_limited");
    let again = nobody
        .post(redeem, Some(&json!({ "handoff": "kh_0" })))
        .await;
    assert_waits(&again, "rate_limited");
    // To keep the session there is costs nothing, and questions are another matter.
    assert_eq!(guest.post("/api/v1/session", None).await.status, 200);
    guest.ask(HANGS).await;
}

#[tokio::test]
async fn only_a_proxy_that_is_configured_is_believed_about_the_address() {
    let rates = Rates {
        sessions: NonZeroU32::MIN,
        ..Rates::default()
    };
    let open = async |app: &TestApp, forwarded: &str| {
        let request = app
            .nobody()
            .request(reqwest::Method::POST, "/api/v1/session");
        answer(request.header("x-forwarded-for", forwarded)).await
    };
    let app = of_rates(rates, Proxies::default()).await;
    assert_eq!(open(&app, "1.1.1.1").await.status, 200);
    assert_waits(&open(&app, "2.2.2.2").await, "rate_limited");

    let local = Proxies {
        trusted: vec!["127.0.0.0/8".parse().expect("a network")],
        ..Proxies::default()
    };
    let app = of_rates(rates, local).await;
    assert_eq!(open(&app, "1.1.1.1").await.status, 200);
    assert_eq!(open(&app, "2.2.2.2").await.status, 200);
    assert_waits(&open(&app, "9.9.9.9, 1.1.1.1").await, "rate_limited");
    let request = app
        .nobody()
        .request(reqwest::Method::POST, "/api/v1/session");
    let request = request.header("x-forwarded-for", "3.3.3.3");
    let opened = answer(request.header("x-forwarded-proto", "https")).await;
    let cookie = opened.header("set-cookie");
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    assert!(cookie.starts_with("__Host-kaucim_session="), "{cookie}");
    let known = async |name: &str, secret: &str, scheme: &str| {
        let request = app.nobody().request(reqwest::Method::GET, HISTORY);
        let request = request.header("cookie", format!("{name}={secret}"));
        answer(request.header("x-forwarded-proto", scheme))
            .await
            .status
    };
    let secret = opened.cookie();
    let (name, secret) = secret.split_once('=').expect("a value");
    assert_eq!(known(name, secret, "https").await, 200);
    assert_eq!(known("kaucim_session", secret, "https").await, 401);
    assert_eq!(known(name, secret, "http").await, 401);
}

#[tokio::test]
async fn requests_are_counted_whatever_they_want() {
    let rates = Rates {
        requests: NonZeroU32::MIN.saturating_add(1),
        refusals: NonZeroU32::MIN,
        ..Rates::default()
    };
    let app = of_rates(rates, Proxies::default()).await;
    let asker = app.key_holder("temple").await;
    for _ in 0..2 {
        assert_eq!(asker.get(HISTORY).await.status, 200);
    }
    assert_waits(&asker.get(HISTORY).await, "rate_limited");
    let stranger = User::with_key(&app, "kc_0000");
    let refused = stranger.get(HISTORY).await;
    refused.assert_problem(401, "unauthenticated");
    assert_waits(&stranger.get(HISTORY).await, "rate_limited");
    let other = app.key_holder("other temple").await;
    assert_eq!(other.get(HISTORY).await.status, 200);

    let app = of_rates(rates, Proxies::default()).await;
    let guest = app.guest().await;
    for _ in 0..2 {
        assert_eq!(guest.post("/api/v1/session", None).await.status, 200);
    }
    assert_waits(&guest.post("/api/v1/session", None).await, "rate_limited");
    let stranger = User::with_cookie(&app, "kaucim_session=kg_0000");
    let link = "/api/v1/session/handoff";
    let refused = stranger.post(link, None).await;
    refused.assert_problem(401, "unauthenticated");
    assert_waits(&stranger.post(link, None).await, "rate_limited");
}

#[tokio::test]
async fn one_address_puts_nobody_behind_all_its_guests() {
    let local = Proxies {
        trusted: vec!["127.0.0.0/8".parse().expect("a network")],
        ..Proxies::default()
    };
    let app = TestApp::with(Setup {
        server: Settings {
            proxies: local,
            ..Settings::default()
        },
        workers: 1,
        ..Setup::default()
    })
    .await;
    app.guest().await.ask("會嗎？ [[sim fault=hang]]").await;
    app.sim.until(|calls| calls.len() == 1).await;
    let place = async |from: &str| {
        let guest = app.guest().await;
        let request = guest.request(reqwest::Method::POST, ASK);
        let request = request.header("x-forwarded-for", from);
        let accepted = answer(request.json(&question("會嗎？"))).await.json();
        let task_id = accepted["task_id"].as_str().expect("an id").to_owned();
        let mut reader = guest.follow(&task_id).await;
        let events = reader.until(|event| event.name == "heartbeat").await;
        events.last().expect("a heartbeat").data["position"].clone()
    };
    // One network of IPv6 is one address.
    assert_eq!(place("2001:db8::1").await, 1);
    assert_eq!(place("2001:db8::2").await, 2);
    assert_eq!(place("2001:db8::3").await, 3);
    assert_eq!(place("192.0.2.1").await, 2, "it comes after the first");
}

async fn of_rates(rates: Rates, proxies: Proxies) -> TestApp {
    let server = Settings {
        rates: Some(rates),
        proxies,
        ..Settings::default()
    };
    TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await
}
