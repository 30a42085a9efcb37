//! The rite on the page: shaking, the stick, and the moon blocks by the deck's rule.

use serde_json::json;
use thirtyfour::Key;

use crate::{
    browser::{Browser, press, through_the_rite},
    program::{Server, asking, model},
};

/// The number of the lot that the page's reading is about.
const NUMBER: &str = "const id = location.hash.split('/').pop();
    return fetch('/api/v1/async-chat/task/' + id).then(answer => answer.json()).then(task => task.fortune_number);";

impl Browser {
    /// Makes the blocks fall like this, in this order: 3 is laughter, 0 a no, 1 a yes.
    async fn will_throw(&self, throws: &str) {
        self.runs(&format!(
            "const throws = {throws};
            const chance = crypto.getRandomValues.bind(crypto);
            crypto.getRandomValues = array => array.length === 1 ? array.fill(throws.shift()) : chance(array);"
        ))
        .await;
    }

    async fn has_thrown(&self, throw: &str) {
        self.until("rite", "data-throw", &[throw]).await;
        self.until_it_is(
            "return document.getElementById('rite-go').hidden",
            (throw == "yes").into(),
        )
        .await;
    }
}

#[tokio::test]
async fn blocks_are_thrown_until_the_stick_is_kept() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::lively_at(&server).await;
    browser.will_throw("[3, 0, 3, 1]").await;
    press(&browser, "Shall I learn the flute?").await;
    browser.click("rite-skip").await; // shaken for the asker
    browser.until("rite", "data-step", &["blocks"]).await;
    // Laughter asks for another throw, a no puts the stick back.
    browser.click("rite-go").await;
    browser.has_thrown("laugh").await;
    browser.click("rite-go").await;
    browser.has_thrown("no").await;
    browser.click("rite-go").await;
    browser.until("rite", "data-step", &["shake"]).await;
    browser.click("rite-skip").await;
    browser.until("rite", "data-step", &["blocks"]).await;
    browser.click("rite-go").await;
    browser.has_thrown("laugh").await;
    browser.click("rite-go").await;
    browser.has_thrown("yes").await;
    browser.until("status", "data-state", &["complete"]).await;
    // The stick that was kept is the lot that was asked with, and its draw can be proven.
    let stick = browser
        .runs(
            "const numerals = await import('/assets/number.js');
        return numerals.parseNumber(document.getElementById('stick-number').textContent);",
        )
        .await;
    assert_eq!(browser.runs(NUMBER).await, stick);
    browser.until("verdict", "data-holds", &["true"]).await;
    assert_eq!(sim.calls().len(), 1, "one question was asked");
    assert_eq!(browser.complaints().await, [""; 0]);
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn the_rite_can_be_left() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::lively_at(&server).await;
    press(&browser, "Shall I leave?").await;
    browser.until("rite", "data-step", &["blocks"]).await;
    browser.click("rite-back").await;
    browser.shown("question").await;
    let kept = browser
        .runs("return document.getElementById('question').value")
        .await;
    assert_eq!(kept, "Shall I leave?", "the question is still there");
    assert_eq!(sim.calls().len(), 0, "and nothing was asked");
    // Asked again, it has the stick that fell for it.
    browser.click("ask").await;
    browser.shown("rite").await;
    // It goes on by itself, and may be past the shaking by the time that it is looked at.
    let steps = ["shake", "fallen", "blocks"];
    browser.until("rite", "data-step", &steps).await;
    browser.keys(Key::Escape + "").await;
    browser.shown("question").await;
    browser.click("ask").await;
    through_the_rite(&browser).await;
    browser.until("status", "data-state", &["complete"]).await;
    assert_eq!(sim.calls().len(), 1);
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn the_keyboard_is_enough() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::lively_at(&server).await;
    browser.will_throw("[1]").await;
    browser.until("status", "data-state", &["idle"]).await;
    let focus = "return document.activeElement.dataset.testid || document.activeElement.id || document.activeElement.localName";
    let reach = async |wanted: &str| {
        for _ in 0..30 {
            if browser.runs(focus).await == wanted {
                return;
            }
            browser.keys(Key::Tab + "").await;
        }
        panic!("`{wanted}` is not reached by Tab");
    };
    reach("question").await;
    browser.keys("Will the rain stop?").await;
    reach("ask").await;
    browser.keys(Key::Enter + "").await;
    browser.until("rite", "data-step", &["shake"]).await;
    // The focus is where the next key is wanted, all the way.
    browser.until_it_is(focus, "rite-go".into()).await;
    browser.keys(" ").await;
    browser.until("rite", "data-step", &["blocks"]).await;
    browser.until_it_is(focus, "rite-go".into()).await;
    browser.keys(Key::Enter + "").await;
    browser.until("status", "data-state", &["complete"]).await;
    browser
        .until_it_is("return document.activeElement.localName", "h1".into())
        .await;
    browser.until("favourite", "aria-pressed", &["false"]).await;
    reach("favourite").await;
    browser.keys(Key::Enter + "").await;
    browser.until("favourite", "aria-pressed", &["true"]).await;
    let live = browser
        .runs("return document.querySelectorAll('#live p').length")
        .await;
    assert_ne!(live, json!(0), "what was written was said as well");
    browser.stop().await;
    sim.stop().await;
}
