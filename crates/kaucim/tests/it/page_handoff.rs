//! A link to a second device in a browser that has a visit of its own: asked first, never by itself.

use serde_json::json;
use thirtyfour::Key;

use crate::{
    browser::{Browser, ask},
    program::{Server, asking, model},
};

/// The questions of the visit that the browser has; none, where it has no visit.
const QUESTIONS: &str = "const answer = await fetch('/api/v1/async-chat/history');
    const { tasks = [] } = await answer.json();
    return tasks.map(task => task.question)";

const LINK: &str = "const answer = await fetch('/api/v1/session/handoff', { method: 'POST' });
    return (await answer.json()).url";

const ASKED: &str = "return Boolean(document.querySelector('dialog[open]'))";

/// A browser whose visit has a finished reading of this question.
async fn visitor(server: &Server, question: &str) -> Browser {
    let browser = Browser::at(server).await;
    ask(&browser, question).await;
    browser.until("status", "data-state", &["complete"]).await;
    browser
}

/// Opens an address as a link from elsewhere does: in a new document.
async fn opens(browser: &Browser, link: &str) {
    browser.driver.goto("about:blank").await.expect("a page");
    browser.driver.goto(link).await.expect("the page");
}

#[tokio::test]
async fn a_link_alone_takes_nobody_s_visit_away() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let (mine, theirs) = ("Is this mine to keep?", "Is this somebody else's?");
    let other = visitor(&server, theirs).await;
    let link = other.runs(LINK).await;
    let link = link.as_str().expect("an address");
    let browser = visitor(&server, mine).await;

    opens(&browser, link).await;
    let lost = browser.words("takeover-lost").await;
    assert!(
        lost.contains("Your reading here"),
        "it says what is lost: {lost}"
    );
    let shown = browser.address().await;
    assert!(
        !shown.contains("kh_"),
        "the secret is gone from the bar: {shown}"
    );
    assert_eq!(browser.runs(QUESTIONS).await, json!([mine]));
    // The keys that come first do nothing: the focus is on "no", and Esc is one as well.
    browser.keys(Key::Enter + "").await;
    browser.until_it_is(ASKED, false.into()).await;
    assert_eq!(browser.runs(QUESTIONS).await, json!([mine]));
    opens(&browser, link).await;
    browser.shown("takeover").await;
    browser.keys(Key::Escape + "").await;
    browser.until_it_is(ASKED, false.into()).await;
    assert_eq!(browser.runs(QUESTIONS).await, json!([mine]));

    // In the page that is open already, with a reading on it.
    browser.click("to-journal").await;
    browser.shown("entry").await;
    browser
        .runs(&format!("location.href = '{link}'; return true"))
        .await;
    browser.click("takeover-see").await;
    browser.shown("entry").await;
    assert_eq!(browser.runs(QUESTIONS).await, json!([mine]));
    // Whoever means it says so, by keys alone.
    browser
        .runs(&format!("location.href = '{link}'; return true"))
        .await;
    browser.shown("takeover").await;
    browser.keys(Key::Tab + "").await;
    browser.keys(Key::Enter + "").await;
    browser.until_it_is(QUESTIONS, json!([theirs])).await;
    browser.shown("entry").await;
    browser.stop().await;
    other.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn a_link_asks_once_where_there_is_nothing_to_lose() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let question = "Shall I bring it along?";
    let first = visitor(&server, question).await;
    let link = first.runs(LINK).await;
    let second = Browser::at(&server).await;
    opens(&second, link.as_str().expect("an address")).await;
    second.shown("takeover").await;
    assert_eq!(second.runs(QUESTIONS).await, json!([]));
    for unneeded in ["takeover-lost", "takeover-see"] {
        let shown = second.find(unneeded).await.is_displayed().await;
        assert!(!shown.expect("a browser"), "{unneeded}");
    }
    second.click("takeover-yes").await;
    second.until_it_is(QUESTIONS, json!([question])).await;
    first.stop().await;
    second.stop().await;
    sim.stop().await;
}
