//! Draws over HTTP: promise, reveal, ask; and what each of them is refused with.

use kaucim_decks::draw::Proof;
use kaucim_server::Settings;
use kaucim_tasks::Limits;
use serde_json::{Value, json};

use crate::{
    app::{Setup, TestApp},
    user::{ASK, Answer, User},
};

const DRAW: &str = "/api/v1/deities/yue_lao/draw";

impl User {
    /// Draws, which must be new; returns the promise.
    async fn draws(&self, body: Value) -> Value {
        let answer = self.post(DRAW, Some(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.body());
        answer.json()
    }

    async fn reveals(&self, promise: &Value, nonce: &str) -> Answer {
        let draw_id = promise["draw_id"].as_str().expect("a draw");
        let path = format!("/api/v1/draws/{draw_id}/reveal");
        self.post(&path, Some(&json!({ "nonce": nonce }))).await
    }

    async fn asks_with(&self, promise: &Value, question: &str) -> Answer {
        let draw_id = &promise["draw_id"];
        let body = json!({ "deity_id": "yue_lao", "question": question, "draw_id": draw_id });
        self.post(ASK, Some(&body)).await
    }
}

#[tokio::test]
async fn from_the_promise_to_the_reading() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let promise = guest.draws(json!({ "question": "Shall I wait?" })).await;
    for (name, expected) in [("deck_id", json!("kaucim_yue_lao")), ("count", json!(60))] {
        assert_eq!(promise[name], expected, "{promise}");
    }
    assert!(
        promise.get("secret").is_none() && promise.get("number").is_none(),
        "{promise}"
    );
    let revealed = guest.reveals(&promise, "shaken").await;
    assert_eq!(revealed.status, 200, "{}", revealed.body());
    let revealed = revealed.json();
    // Whatever else it holds, the answer is a proof.
    let proof: Proof = serde_json::from_value(revealed.clone()).expect("a proof");
    assert_eq!(proof.verify(), Ok(()));
    for name in ["draw_id", "commitment", "deck_id", "version", "count"] {
        assert_eq!(revealed[name], promise[name], "{name}");
    }
    assert_eq!(revealed["lot"]["number"], revealed["number"]);
    assert_eq!(revealed["lot"]["verse"].as_array().expect("lines").len(), 4);
    let again = guest.reveals(&promise, "otherwise").await;
    assert_eq!(again.json(), revealed, "the first nonce counts");

    let accepted = guest.asks_with(&promise, "Shall I wait?").await;
    assert_eq!(accepted.status, 202, "{}", accepted.body());
    let accepted = accepted.json();
    assert_eq!(accepted["lot"], revealed["lot"]);
    assert_eq!(
        (&accepted["drawn"], &accepted["already_drawn"]),
        (&json!(true), &json!(false))
    );
    let task = guest
        .finished(accepted["task_id"].as_str().expect("a task"))
        .await;
    assert_eq!(task["fortune_number"], revealed["number"]);
    guest
        .asks_with(&promise, "Shall I wait?")
        .await
        .assert_problem(409, "draw_asked");
}

#[tokio::test]
async fn the_same_matter_is_told_its_lot() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let question = json!({ "question": "Shall I wait?" });
    let promise = guest.draws(question.clone()).await;
    let twice = guest
        .post(DRAW, Some(&json!({ "question": " shall I wait" })))
        .await;
    assert_eq!(twice.status, 200, "{}", twice.body());
    assert_eq!(
        twice.json(),
        promise,
        "the same draw, as nothing was revealed"
    );
    let revealed = guest.reveals(&promise, "shaken").await.json();
    let told = guest.post(DRAW, Some(&question)).await;
    assert_eq!(told.status, 200, "{}", told.body());
    let told = told.json();
    assert_eq!(told["draw_id"], promise["draw_id"]);
    let already = &told["already_drawn"];
    assert_eq!(
        (&already["number"], &already["asked"]),
        (&revealed["number"], &json!(false))
    );
    assert_eq!(already["lot"], revealed["lot"]);

    let asks = json!({ "deity_id": "yue_lao", "question": "Shall I wait?" });
    for _ in 0..2 {
        let accepted = guest.post(ASK, Some(&asks)).await.json();
        assert_eq!(accepted["lot"], revealed["lot"], "{accepted}");
        assert_eq!(accepted["already_drawn"], true);
        let task = guest
            .finished(accepted["task_id"].as_str().expect("a task"))
            .await;
        assert_eq!(task["notices"][0]["code"], "same_matter");
        assert_eq!(task["notices"][0]["kind"], "rite");
        assert_eq!(task["result"]["notices"][0]["code"], "same_matter");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_draw_is_told() {
    let app = TestApp::start().await;
    let (guest, other) = (app.guest().await, app.guest().await);
    let nobody = app.nobody();
    nobody
        .post(DRAW, Some(&json!({})))
        .await
        .assert_problem(401, "unauthenticated");
    let elsewhere = "/api/v1/deities/nobody/draw";
    guest
        .post(elsewhere, Some(&json!({})))
        .await
        .assert_problem(404, "unknown_deity");
    let no_deck = json!({ "deck_id": "none" });
    guest
        .post(DRAW, Some(&no_deck))
        .await
        .assert_problem(404, "unknown_deck");
    let too_long = json!({ "question": "?".repeat(1001) });
    guest
        .post(DRAW, Some(&too_long))
        .await
        .assert_problem(422, "invalid_request");
    guest
        .post(DRAW, None)
        .await
        .assert_problem(415, "unsupported_media_type");

    let promise = guest.draws(json!({})).await;
    for nonce in [String::new(), "x".repeat(129)] {
        guest
            .reveals(&promise, &nonce)
            .await
            .assert_problem(422, "invalid_request");
    }
    other
        .reveals(&promise, "mine")
        .await
        .assert_problem(404, "draw_not_found");
    guest
        .asks_with(&promise, "Will it rain?")
        .await
        .assert_problem(409, "draw_not_revealed");
    for id in ["x", "01a20625-91b5-70c3-b4b8-3b0fad85530e"] {
        let foreign = json!({ "draw_id": id });
        guest
            .reveals(&foreign, "n")
            .await
            .assert_problem(404, "draw_not_found");
        guest
            .asks_with(&foreign, "Will it rain?")
            .await
            .assert_problem(404, "draw_not_found");
    }
    guest.reveals(&promise, "shaken").await;
    other
        .asks_with(&promise, "Will it rain?")
        .await
        .assert_problem(404, "draw_not_found");
    let both = json!({
        "deity_id": "yue_lao", "question": "Will it rain?",
        "draw_id": promise["draw_id"], "fortune_number": 7,
    });
    guest
        .post(ASK, Some(&both))
        .await
        .assert_problem(422, "invalid_request");
    app.assert_nothing_spent();
}

#[tokio::test]
async fn draws_have_rates_and_a_limit_of_their_own() {
    let setup = Setup {
        limits: Limits {
            draws_per_guest: 3,
            ..Limits::default()
        },
        ..Setup::default()
    };
    let app = TestApp::with(setup).await;
    let guest = app.guest().await;
    for _ in 0..3 {
        guest.draws(json!({})).await;
    }
    let problem = guest.post(DRAW, Some(&json!({}))).await;
    problem.assert_problem(429, "too_many_draws");
    assert!(problem.headers.contains_key("retry-after"));

    let rates = Settings::default().rates;
    let per_guest = rates.expect("there are rates").per_guest.get();
    let app = TestApp::start().await;
    let guest = app.guest().await;
    for _ in 0..per_guest {
        guest.draws(json!({})).await;
    }
    guest
        .post(DRAW, Some(&json!({})))
        .await
        .assert_problem(429, "rate_limited");
    // Questions are counted apart.
    guest.ask("Shall I wait?").await;
}

#[tokio::test]
async fn a_session_takes_its_draws_with_it() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let promise = guest.draws(json!({ "question": "Shall I wait?" })).await;
    assert_eq!(guest.delete("/api/v1/session").await.status, 204);
    guest
        .reveals(&promise, "late")
        .await
        .assert_problem(401, "unauthenticated");
    let database = rusqlite::Connection::open(app.folder().join("kaucim.db"));
    let count =
        database
            .expect("the database opens")
            .query_row("SELECT count(*) FROM draws", [], |row| row.get::<_, u32>(0));
    assert_eq!(count.expect("a number"), 0);
}

#[tokio::test]
async fn a_lot_is_found_by_what_stands_on_it() {
    let app = TestApp::start().await;
    let find = async |query: &str| {
        app.nobody()
            .get(&format!("/api/v1/deities/yue_lao/find?{query}"))
            .await
    };
    for (query, number, how) in [
        ("q=%E4%B8%83", 7, "number"),
        ("q=No.%207&deck_id=kaucim_yue_lao", 7, "number"),
        (
            "q=%E5%9B%8A%E9%87%8C%E7%BA%A2%E4%B8%9D%E6%9C%88%E4%B8%8B%E6%98%8E",
            1,
            "verse",
        ),
    ] {
        let found = find(query).await;
        assert_eq!(found.status, 200, "{}", found.body());
        let found = found.json();
        assert_eq!(found["deck_id"], "kaucim_yue_lao");
        let entries = found["entries"].as_array().expect("a list");
        assert_eq!(entries.len(), 1, "{found}");
        let entry = &entries[0];
        assert_eq!(
            (&entry["number"], &entry["how"], &entry["score"]),
            (&json!(number), &json!(how), &json!(1.0))
        );
        assert!(
            entry["title"].is_string() && entry["line"].is_string(),
            "{entry}"
        );
    }
    assert_eq!(find("q=99").await.json()["entries"], json!([]));
    for query in ["", "q=", &format!("q={}", "x".repeat(201))] {
        find(query).await.assert_problem(422, "invalid_request");
    }
    find("q=7&deck_id=none")
        .await
        .assert_problem(404, "unknown_deck");
    let elsewhere = app.nobody().get("/api/v1/deities/nobody/find?q=7").await;
    elsewhere.assert_problem(404, "unknown_deity");
}
