//! The operator's view in a real browser: signing in and out, a reading that comes and goes, a
//! failure by its reason, and how it looks to everybody.

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    program::{Server, asking, kaucim, model, run},
};

const WORDS: &str = "Will Perpetua Quillfeather marry me?";

/// A server whose readings fail where no model can write.
async fn server(sim: &llmsim::Sim) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kaucim.toml");
    std::fs::write(&file, "[reading]\nclassic = false\n").expect("a file");
    let mut environment = asking(sim, "openai");
    environment.push(("KAUCIM_CONFIG", file.display().to_string()));
    (Server::start(environment).await, folder)
}

async fn key(server: &Server, name: &str, scope: &str) -> String {
    let mut command = kaucim(server.data.path());
    command.args(["key", "create", "--name", name, "--scope", scope]);
    let printed = run(command).await;
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    printed.stdout.trim().to_owned()
}

/// Asks as an app does; returns the task's id.
async fn ask(server: &Server, key: &str, settings: &str) -> String {
    let body = json!({ "deity_id": "yue_lao", "fortune_number": 7, "question": format!("{WORDS} [[sim {settings}]]") });
    let path = server.url("/api/v1/async-chat/ask-question");
    let asked = Client::new().post(path).bearer_auth(key).json(&body).send();
    let answer: Value = asked.await.expect("an answer").json().await.expect("JSON");
    let id = answer["task_id"].as_str();
    id.unwrap_or_else(|| panic!("accepted: {answer}"))
        .to_owned()
}

/// Reports a finished reading as its owner does, and lets the operator read it.
async fn report(server: &Server, key: &str, task_id: &str) {
    let path = server.url(&format!("/api/v1/async-chat/task/{task_id}/report"));
    let body = json!({ "reason": "Too gloomy", "with_reading": true });
    let sent = Client::new().post(path).bearer_auth(key).json(&body).send();
    let answer = sent.await.expect("an answer");
    assert!(answer.status().is_success(), "{answer:?}");
}

impl Browser {
    async fn opens(&self, server: &Server) {
        let opened = self.driver.goto(server.url("/admin")).await;
        opened.expect("the page");
        self.shown("key").await;
    }

    async fn signs_in(&self, key: &str) {
        self.until_it_is("return document.documentElement.dataset.spoken", "".into())
            .await;
        self.runs("document.getElementById('key').value = ''").await;
        self.types("key", key).await;
        self.click("enter").await;
    }

    /// How many rows there are of readings that are written or wait.
    async fn until_unfinished(&self, count: usize) {
        let rows = "return document.querySelectorAll('[data-testid=unfinished] tbody tr').length";
        self.until_it_is(rows, count.into()).await;
    }

    /// Waits until a report with this word is shown.
    async fn until_reported(&self, word: &str) {
        self.click("refresh").await;
        let told = format!(
            "return document.querySelector('[data-testid=reports] tbody')?.textContent.includes('{word}') ?? false"
        );
        self.until_it_is(&told, true.into()).await;
    }

    /// Waits until something that these words select is there.
    async fn until_there(&self, selector: &str) {
        let script = format!("return Boolean(document.querySelector(\"{selector}\"))");
        self.until_it_is(&script, true.into()).await;
    }
}

#[tokio::test]
async fn an_operator_signs_in_and_sees_readings_come_go_and_fail() {
    let sim = model("rate=60;ttft=200").await;
    let (server, _configured) = server(&sim).await;
    let asker = key(&server, "temple", "ask,read").await;
    let operator = key(&server, "operator", "admin").await;
    let browser = Browser::at(&server).await;
    browser.opens(&server).await;
    // Who is refused is told why.
    browser.signs_in("kc_0000").await;
    browser.until("refused", "data-status", &["401"]).await;
    browser.signs_in(&asker).await;
    browser.until("refused", "data-status", &["403"]).await;
    let refusals = browser.complaints().await;
    assert!(
        refusals
            .iter()
            .all(|told| told.contains("401") || told.contains("403")),
        "{refusals:?}"
    );
    browser.signs_in(&operator).await;
    browser.shown("board").await;
    browser.until("state", "data-state", &["well"]).await;
    browser.until_unfinished(0).await;

    // A reading comes, is written, and goes.
    let first = ask(&server, &asker, "rate=60").await;
    browser.until_unfinished(1).await;
    browser
        .until_there("[data-testid=unfinished] [data-state=running]")
        .await;
    let plot = "return document.querySelector('[data-testid=card-running] svg').getAttribute('aria-label')";
    let told = browser.runs(plot).await;
    assert!(
        told.as_str().expect("text").len() > 10,
        "the plot says what it shows: {told}"
    );
    browser.until_unfinished(0).await;
    browser
        .until_it_is(
            "return document.querySelector('[data-testid=now-ended]').textContent",
            "1".into(),
        )
        .await;

    // It is reported as bad, and shared: the word why is shown, and nothing of the reading.
    report(&server, &asker, &first).await;
    browser.until_reported("Too gloomy").await;

    // One fails, and the reason is told, for it and for its model.
    ask(&server, &asker, "fault=401").await;
    browser
        .until_there("[data-testid=reason-failures] [data-code=models_failed]")
        .await;
    browser.until_there("[data-testid=failed] tbody tr").await;
    browser
        .until_there("[data-testid=models] [data-state=failing]")
        .await;
    browser.until("state", "data-state", &["look"]).await;

    // One is cancelled, with two presses, and that is recorded.
    let stalled = ask(&server, &asker, "fault=stall@60").await;
    browser.until_unfinished(1).await;
    browser.click("cancel").await;
    browser.until_there("[data-testid=cancel][data-sure]").await;
    browser.click("cancel").await;
    browser.until_unfinished(0).await;
    let recorded = format!(
        "return document.querySelector('[data-testid=audit]').textContent.includes('{stalled}')"
    );
    browser.until_it_is(&recorded, true.into()).await;

    nothing_was_given_away(&browser, &operator).await;
    browser.click("sign-out").await;
    browser.shown("sign-in").await;
    let left = browser
        .runs("return document.getElementById('board').textContent")
        .await;
    assert_eq!(left, "", "nothing stays of what was seen");
    browser.stop().await;
    sim.stop().await;
}

/// The page holds no word of a question, keeps the key where it belongs, and asks nobody else.
async fn nothing_was_given_away(browser: &Browser, key: &str) {
    let page = browser.driver.source().await.expect("the page");
    assert!(!page.contains("Perpetua"), "no question is shown");
    assert!(!page.contains(key), "the key is not in the page");
    assert!(!browser.address().await.contains("kc_"));
    let kept =
        "return document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)";
    let kept = browser.runs(kept).await.to_string();
    assert!(!kept.contains("kc_"), "the key was not to be kept: {kept}");
    let foreign = "return performance.getEntriesByType('resource').map(entry => entry.name)\
        .filter(name => !name.startsWith(location.origin) || name.includes('kc_'))";
    assert_eq!(browser.runs(foreign).await, json!([]));
    assert_eq!(browser.complaints().await, [""; 0], "the console");
}

#[tokio::test]
async fn a_key_is_kept_in_its_tab_where_that_is_wanted_and_worth_nothing_once_revoked() {
    let sim = model("rate=0").await;
    let (server, _configured) = server(&sim).await;
    let operator = key(&server, "operator", "admin").await;
    let browser = Browser::at(&server).await;
    browser.opens(&server).await;
    browser.click("keep").await;
    browser.signs_in(&operator).await;
    browser.shown("board").await;
    browser.driver.refresh().await.expect("a reload");
    browser.shown("board").await;
    let mut revoke = kaucim(server.data.path());
    revoke.args(["key", "revoke", "operator"]);
    assert_eq!(run(revoke).await.code, Some(0));
    browser.until("refused", "data-status", &["401"]).await;
    browser.driver.refresh().await.expect("a reload");
    browser.shown("key").await;
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn everybody_can_read_and_use_the_view_of_operators() {
    let sim = model("rate=0").await;
    let (server, _configured) = server(&sim).await;
    let asker = key(&server, "temple", "ask,read").await;
    let operator = key(&server, "operator", "admin").await;
    for settings in ["rate=0", "fault=401", "fault=stall@60", "fault=hang"] {
        ask(&server, &asker, settings).await;
    }
    let browser = Browser::at(&server).await;
    browser.dressed("light").await;
    browser.opens(&server).await;
    browser.audit("the door").await;
    browser.signs_in(&operator).await;
    browser.until_unfinished(2).await;
    browser.until_there("[data-testid=failed] tbody tr").await;
    browser.audit("the board").await;
    browser.stop().await;
    sim.stop().await;
}
