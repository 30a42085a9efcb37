//! The page in a real browser, from the draw to the finished reading.

use std::time::Duration;

use thirtyfour::By;
use tokio::time::timeout;

use crate::{
    browser::{Browser, ask, press, through_the_rite},
    program::{Server, asking, model},
};

#[tokio::test]
async fn from_the_draw_to_the_finished_reading() {
    let sim = model("rate=150;ttft=300").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::lively_at(&server).await;
    ask(&browser, "Will <b>love</b> find me this year?").await;
    browser.until("status", "data-state", &["writing"]).await;
    // The stick falls, and the slip is there while the model writes.
    browser.words("verse").await;
    browser
        .until(
            "section-line_by_line_interpretation",
            "data-state",
            &["sealed"],
        )
        .await;
    // A reload in the middle goes on where it was.
    browser.driver.refresh().await.expect("a reload");
    browser.until("status", "data-state", &["complete"]).await;
    for section in ["line_by_line_interpretation", "challenges", "conclusion"] {
        let id = format!("section-{section}");
        browser.until(&id, "data-state", &["sealed"]).await;
        let text = browser.find(&id).await.text().await.expect("text");
        assert!(text.chars().count() > 60, "{section} is shown: {text}");
    }
    assert_eq!(
        browser
            .driver
            .find_all(By::Tag("b"))
            .await
            .expect("a query")
            .len(),
        0
    );
    let log = browser.driver.execute(
        "return window.performance.getEntriesByType('resource')\
        .map(entry => entry.name).filter(name => !name.startsWith(location.origin))",
        vec![],
    );
    let foreign = log.await.expect("a list");
    assert_eq!(
        foreign.json(),
        &serde_json::json!([]),
        "nothing comes from elsewhere"
    );
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn a_reload_while_the_lot_is_shaken_goes_on() {
    let sim = model("rate=300;ttft=100").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::lively_at(&server).await;
    press(&browser, "Is the bridge safe to cross?").await;
    // The stick has a number, and the blocks ask whether it is this one.
    browser.until("rite", "data-step", &["blocks"]).await;
    let number = browser.words("stick").await;
    browser.driver.refresh().await.expect("a reload");
    browser.until("rite", "data-step", &["blocks"]).await;
    assert_eq!(browser.words("stick").await, number, "it is the same stick");
    through_the_rite(&browser).await;
    browser.driver.refresh().await.expect("a reload");
    browser.until("status", "data-state", &["complete"]).await;
    assert_eq!(sim.calls().len(), 1, "the question was asked once");
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn cancel_stops_the_reading_and_the_model() {
    let sim = model("rate=20;ttft=100").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "Shall I wait?").await;
    browser.until("status", "data-state", &["writing"]).await;
    browser
        .until_it_is(
            "return document.querySelector('.section .text').textContent.length > 9",
            true.into(),
        )
        .await;
    browser
        .shown("cancel")
        .await
        .click()
        .await
        .expect("a click");
    browser.until("status", "data-state", &["cancelled"]).await;
    // What was being read is not wiped away, and there is a way on.
    browser
        .until_it_is(
            "return Boolean(document.querySelector('.section[data-state=broken] .text')?.textContent)",
            true.into(),
        )
        .await;
    browser.shown("ask-other").await;
    let gone = sim.until(|calls| !calls.is_empty() && calls.iter().all(|c| c.ended.is_some()));
    timeout(Duration::from_secs(20), gone)
        .await
        .expect("the model's connection is closed");
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn what_a_hostile_model_writes_becomes_no_markup() {
    let sim = model("rate=0;fault=hostile:markup").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    let count = async |tag: &'static str| {
        let found = browser.driver.find_all(By::Tag(tag)).await;
        found.expect("a query").len()
    };
    let before = (
        count("script").await,
        count("img").await,
        count("iframe").await,
    );
    ask(&browser, "Does the page stay as it is?").await;
    // A dialog would be answered to this by an error of the driver.
    browser.until("status", "data-state", &["complete"]).await;
    let text = browser.find("section-conclusion").await.text().await;
    assert!(!text.expect("text").is_empty());
    let after = (
        count("script").await,
        count("img").await,
        count("iframe").await,
    );
    assert_eq!(before, after, "scripts, images and frames of the page");
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn it_says_copied_only_of_what_was() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "May I show it to her?").await;
    browser.until("status", "data-state", &["complete"]).await;
    browser.click("share").await;
    browser.shown("share-panel").await;
    // As over plain HTTP: there is no clipboard, but the old command copies what is selected.
    browser
        .runs(
            "Object.defineProperty(navigator, 'clipboard', { value: undefined });
            document.addEventListener('copy', () => { window.taken = document.activeElement.value; });",
        )
        .await;
    browser.click("copy-text").await;
    assert_eq!(browser.words("copy-told").await, "Copied");
    let whole = "const texts = [...document.querySelectorAll('.section .text')].map(text => text.textContent);
        return texts.length === 7 && texts.every(text => window.taken.includes(text))";
    assert_eq!(browser.runs(whole).await, true, "all of it was copied");
    browser
        .runs("document.execCommand = () => false; return true")
        .await;
    browser.click("copy-text").await;
    let told = "return document.querySelector('[data-testid=copy-told]').textContent";
    browser
        .until_it_is(told, "Your browser did not allow it".into())
        .await;
    browser.stop().await;
    sim.stop().await;
}
