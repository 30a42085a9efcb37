//! Drawing on the page: what is proven, what happens without it, and a lot named by words.

use kaucim_decks::draw::Proof;
use serde_json::json;
use thirtyfour::{By, Key};

use crate::{
    browser::{Browser, ask},
    program::{Server, asking, model},
};

impl Browser {
    /// The numbers of the lots that are offered, once there are some.
    async fn offered(&self) -> Vec<String> {
        let look = "const numbers = [...document.querySelectorAll(\"[data-testid='candidate']\")]
            .map(candidate => candidate.dataset.number);
            return numbers.length > 0 ? numbers : undefined;";
        let offered = self.seen(look).await.expect("lots are offered");
        serde_json::from_value(offered).expect("numbers")
    }
}

/// The task that the page shows, as the page itself can read it.
const TASK: &str = "const id = location.hash.split('/').pop();
    return fetch('/api/v1/async-chat/task/' + id).then(answer => answer.json());";

#[tokio::test]
async fn a_draw_is_proven_in_the_browser() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "Shall I cross the bridge?").await;
    browser.until("status", "data-state", &["complete"]).await;
    for reloaded in [false, true] {
        if reloaded {
            browser.driver.refresh().await.expect("a reload");
            browser.until("status", "data-state", &["complete"]).await;
        }
        browser.until("verdict", "data-holds", &["true"]).await;
        let shown = browser.runs("
            const values = document.querySelectorAll('[data-value]');
            return Object.fromEntries([...values].map(value => [value.dataset.value, value.textContent]));").await;
        let proof: Proof = serde_json::from_value(json!({
            "commitment": shown["commitment"], "secret": shown["secret"], "nonce": shown["nonce"],
            "deck_id": shown["deck_id"], "version": shown["version"],
            "count": shown["count"].as_str().expect("a number").parse::<u32>().expect("a number"),
            "number": shown["number"].as_str().expect("a number").parse::<u32>().expect("a number"),
        }))
        .expect("all values are shown");
        assert_eq!(proof.verify(), Ok(()));
        assert_eq!(proof.nonce.as_str().len(), 64);
        let task = browser.runs(TASK).await;
        assert_eq!(task["fortune_number"], proof.number);
        assert_eq!(task["notices"], json!([]), "it was asked with the draw");
    }
    // The same matter again has the same lot, and says so.
    let number = browser.runs(TASK).await["fortune_number"].clone();
    browser
        .find("ask-again")
        .await
        .click()
        .await
        .expect("a click");
    ask_again(&browser, "Shall I cross  the bridge").await;
    let task = browser.runs(TASK).await;
    assert_eq!(
        (&task["fortune_number"], &task["notices"][0]["code"]),
        (&number, &json!("same_matter"))
    );
    browser.stop().await;
    sim.stop().await;
}

async fn ask_again(browser: &Browser, question: &str) {
    let before = browser.address().await;
    ask(browser, question).await;
    assert_ne!(browser.address().await, before, "another reading");
    browser.until("status", "data-state", &["complete"]).await;
}

#[tokio::test]
async fn without_draws_the_server_draws_alone() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::start().await;
    for (path, status) in [
        ("/draw", 404),
        ("/draw", 503),
        ("/reveal", 503),
        ("/reveal", 404),
    ] {
        browser.comes_to(&server).await;
        browser.until("status", "data-state", &["idle"]).await;
        browser
            .runs(&format!(
                "
                const whole = window.fetch;
                window.fetch = (url, options) => String(url).endsWith('{path}')
                    ? Promise.resolve(new Response('{{}}', {{ status: {status} }}))
                    : whole(url, options);"
            ))
            .await;
        ask(&browser, &format!("Shall I go {status} {path} miles?")).await;
        browser.until("status", "data-state", &["complete"]).await;
        let proofs = browser
            .driver
            .find_all(By::Css("[data-testid='proof']"))
            .await;
        assert_eq!(
            proofs.expect("a query").len(),
            0,
            "{path} {status}: nothing is claimed"
        );
    }
    browser.stop().await;
    assert_eq!(sim.calls().len(), 4);
    sim.stop().await;
}

#[tokio::test]
async fn a_lot_in_the_hand_is_named_by_words() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    browser.until("status", "data-state", &["idle"]).await;
    browser.types("question", "What does my slip say?").await;
    browser.find("own").await.click().await.expect("a click");
    // A part of a line is a guess: the lot is offered, and taken with the keyboard alone.
    browser.types("number", "紅絲月下").await;
    assert_eq!(browser.offered().await, ["1"]);
    browser.find("ask").await.click().await.expect("a click");
    browser.until("number", "aria-invalid", &["true"]).await;
    let still = browser.runs("return location.hash").await;
    assert!(
        !still.as_str().expect("text").contains("/r/"),
        "nothing is asked on a guess"
    );
    browser.types("number", Key::Down + "").await;
    browser
        .until("number", "aria-activedescendant", &["candidate-0"])
        .await;
    browser.types("number", Key::Enter + "").await;
    let chosen = browser
        .runs("return document.getElementById('number').value")
        .await;
    assert_eq!(chosen, "1");
    // A whole line, in the other script and with another word, names its lot.
    browser
        .runs("document.getElementById('number').value = ''")
        .await;
    browser.types("number", "囊裡红丝月下明").await;
    assert_eq!(browser.offered().await, ["1"]);
    browser.find("ask").await.click().await.expect("a click");
    browser.until("status", "data-state", &["complete"]).await;
    let task = browser.runs(TASK).await;
    assert_eq!(task["fortune_number"], 1);
    let proofs = browser
        .driver
        .find_all(By::Css("[data-testid='proof']"))
        .await;
    assert_eq!(proofs.expect("a query").len(), 0, "it was not drawn here");
    browser.stop().await;
    sim.stop().await;
}
