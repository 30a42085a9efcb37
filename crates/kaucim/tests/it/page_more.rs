//! One more question on the lot of a reading, in a real browser.

use llmsim::Sim;
use serde_json::{Value, json};
use thirtyfour::By;

use crate::{
    browser::{Browser, ask},
    program::{Server, asking, model},
};

const FIRST: &str = "Shall I write to <i>her</i>?";
const MORE: &str = "And shall I <b>post</b> it?";

#[tokio::test]
async fn one_more_question_is_asked_below_a_reading_and_both_lead_to_each_other() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    browser.dressed("light").await;
    ask(&browser, FIRST).await;
    browser.until("status", "data-state", &["complete"]).await;
    let first = browser.address().await;

    // Nothing is sent of nothing, and what was typed outlives a reload.
    browser.shown("more").await;
    browser.click("more-send").await;
    browser.shown("more-problem").await;
    browser.types("more", MORE).await;
    browser.driver.refresh().await.expect("a reload");
    browser.shown("more").await;
    let typed = "return document.querySelector('[data-testid=more]').value";
    browser.until_it_is(typed, MORE.into()).await;
    browser.audit("one more question, typed").await;
    let slip = "return document.querySelector('[data-testid=verse]')?.textContent";
    let verse = browser.runs(slip).await;
    browser
        .runs("document.querySelector('[data-testid=more]').focus()")
        .await;
    // Ctrl+Enter, as in the form.
    browser.keys("\u{e009}\u{e007}").await;

    // It has an address of its own, and its slip is there at once.
    let moved = format!(
        "return location.href !== {} && location.hash.startsWith('#/r/')",
        json!(first)
    );
    browser.until_it_is(&moved, true.into()).await;
    browser.until_it_is(slip, verse).await;
    let second = browser.address().await;
    browser.until("status", "data-state", &["complete"]).await;
    let way = "return document.querySelector('[data-testid=to-first]')?.textContent";
    browser.until_it_is(way, FIRST.into()).await;
    browser.shown("share").await;
    let field = "return Boolean(document.querySelector('[data-testid=more]'))";
    browser.until_it_is(field, false.into()).await;
    let told = sim.calls().last().expect("a call").request.to_string();
    assert!(
        told.contains("<first>\\nquestion: Shall I write to ‹i›her‹/i›?"),
        "{told}"
    );
    browser.audit("a reading that follows another").await;

    // The way back, and the way on again.
    browser.click("to-first").await;
    browser
        .until_it_is("return location.href", first.clone().into())
        .await;
    let on = "return document.querySelector('[data-testid=to-more]')?.textContent";
    browser.until_it_is(on, MORE.into()).await;
    browser.until_it_is(field, false.into()).await;
    browser
        .audit("a reading that was asked about once more")
        .await;
    browser.click("to-more").await;
    browser
        .until_it_is("return location.href", second.clone().into())
        .await;
    browser.driver.refresh().await.expect("a reload");
    browser.until_it_is(way, FIRST.into()).await;

    goes_with_the_first(&browser).await;
    let markup = browser
        .driver
        .find_all(By::Css("#reading q i, #reading q b"))
        .await;
    assert_eq!(markup.expect("a query").len(), 0, "a question is no markup");
    browser.stop().await;
    sim.stop().await;
}

/// In the journal the second stands below the first, and goes with it.
async fn goes_with_the_first(browser: &Browser) {
    browser.click("to-journal").await;
    let entries = "return [...document.querySelectorAll('[data-testid=entry]')].map(one =>
        [one.querySelector('a').textContent, one.hasAttribute('data-below')])";
    let pair = json!([[FIRST, false], [MORE, true]]);
    browser.until_it_is(entries, pair).await;
    browser.audit("a pair in the journal").await;
    for _ in 0..2 {
        browser
            .runs(
                "document.querySelector('[data-testid=entry] .entry-do button:last-child').click()",
            )
            .await;
    }
    browser.until_it_is(entries, json!([])).await;
}

/// A browser that shows a finished reading, with the field for one more question below it.
async fn read() -> (Sim, Server, Browser) {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, FIRST).await;
    browser.until("status", "data-state", &["complete"]).await;
    browser.shown("more").await;
    (sim, server, browser)
}

#[tokio::test]
async fn a_refusal_is_told_where_the_question_was_typed_and_sent_again_under_its_key() {
    let (sim, _server, browser) = read().await;
    let first = browser.address().await;
    browser.types("more", MORE).await;
    browser.offline(true).await;
    browser.click("more-send").await;
    browser.shown("more-problem").await;
    let key = "return JSON.parse(sessionStorage[Object.keys(sessionStorage).find(name => name.startsWith('kaucim.more.'))]).key";
    let kept: Value = browser.runs(key).await;
    assert!(kept.is_string(), "{kept}");
    assert_eq!(browser.address().await, first);
    browser.offline(false).await;
    browser
        .runs(
            "window.sent = [];
            const plain = fetch;
            window.fetch = (url, options) => {
                if (String(url).endsWith('/follow-up')) sent.push(options.headers['Idempotency-Key']);
                return plain(url, options);
            };",
        )
        .await;
    browser.click("more-send").await;
    browser.until("status", "data-state", &["complete"]).await;
    let moved = format!("return location.href !== {}", json!(first));
    browser.until_it_is(&moved, true.into()).await;
    assert_eq!(browser.runs("return sent").await, json!([kept]));
    assert_eq!(
        browser
            .runs("return Object.keys(sessionStorage).filter(name => name.startsWith('kaucim.more.')).length")
            .await,
        0
    );
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn one_more_question_that_was_stopped_is_asked_again_below_its_reading() {
    let (sim, _server, browser) = read().await;
    let first = browser.address().await;
    let stopped = format!("{MORE} [[sim fault=hang]]");
    browser.types("more", stopped.as_str()).await;
    browser.click("more-send").await;
    browser.click("cancel").await;
    browser.until("status", "data-state", &["cancelled"]).await;
    browser.click("ask-again").await;
    browser
        .until_it_is("return location.href", first.into())
        .await;
    browser.shown("more").await;
    let typed = "return document.querySelector('[data-testid=more]')?.value";
    browser.until_it_is(typed, stopped.as_str().into()).await;
    browser.find("more").await.clear().await.expect("clearing");
    browser.types("more", MORE).await;
    browser.click("more-send").await;
    let way = "return document.querySelector('[data-testid=to-first]')?.textContent";
    browser.until_it_is(way, FIRST.into()).await;
    browser.until("status", "data-state", &["complete"]).await;
    // The one that was read stands below the first.
    browser.click("to-journal").await;
    let entries = "return [...document.querySelectorAll('[data-testid=entry]')].map(one =>
        [one.querySelector('a').textContent, one.hasAttribute('data-below')])";
    let all = json!([[FIRST, false], [MORE, true], [stopped, false]]);
    browser.until_it_is(entries, all).await;
    browser.stop().await;
    sim.stop().await;
}
