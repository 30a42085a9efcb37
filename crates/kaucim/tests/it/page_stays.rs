//! What the page keeps: through a lost network, a killed server, another tab, another language, and offline.

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    browser::{Browser, ask, press, through_the_rite},
    program::{PATIENCE, Server, asking, model},
};

/// Of a picture that is looked at, in pixels.
const SIDE: usize = 320;

/// The sealed sections as they are shown, in their order.
const SHOWN: &str = "return [...document.querySelectorAll('.section[data-state=sealed] .text')].map(text => text.textContent)";

/// The same as the server tells them.
const TOLD: &str = "const id = location.hash.split('/').pop();
    const task = await fetch('/api/v1/async-chat/task/' + id).then(answer => answer.json());
    return task.result.sections.map(section => section.text);";

/// The worker takes the page over when it has everything.
const WORKER_READY: &str =
    "return navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))";

impl Browser {
    /// What is shown is, word for word, what the server has.
    async fn shows_all(&self) {
        self.until("status", "data-state", &["complete"]).await;
        let told = self.runs(TOLD).await;
        assert_eq!(told.as_array().expect("a list").len(), 7);
        self.until_it_is(SHOWN, told).await;
    }

    /// What the camera of a telephone reads in this picture, as it is painted.
    async fn scanned(&self, id: &str) -> String {
        let painted = format!(
            "const image = document.querySelector('[data-testid={id}]');
            await image.decode();
            const canvas = Object.assign(document.createElement('canvas'), {{ width: {SIDE}, height: {SIDE} }});
            const pen = canvas.getContext('2d');
            pen.drawImage(image, 0, 0, {SIDE}, {SIDE});
            const {{ data }} = pen.getImageData(0, 0, {SIDE}, {SIDE});
            return Array.from({{ length: {SIDE} * {SIDE} }}, (_, at) => data[at * 4]);"
        );
        let greys = self.runs(&painted).await;
        let grey = |x: usize, y: usize| greys[y * SIDE + x].as_u64().unwrap_or_default();
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(SIDE, SIDE, |x, y| {
            u8::try_from(grey(x, y)).expect("a grey")
        });
        let codes = seen.detect_grids();
        let read = codes.first().expect("a code is seen").decode();
        read.expect("it can be read").1
    }
}

#[tokio::test]
async fn a_lost_network_loses_nothing() {
    let sim = model("rate=120;ttft=100").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "Does the tunnel end?").await;
    browser.until("status", "data-state", &["writing"]).await;
    browser.offline(true).await;
    let before: Value = browser.runs(SHOWN).await;
    // The reading is finished while the page hears nothing of it.
    let done =
        sim.until(|calls| !calls.is_empty() && calls.iter().all(|call| call.ended.is_some()));
    timeout(PATIENCE, done).await.expect("the model ends");
    browser.offline(false).await;
    browser.shows_all().await;
    let after = browser.runs(SHOWN).await;
    let kept = before.as_array().expect("a list");
    assert_eq!(kept[..], after.as_array().expect("a list")[..kept.len()]);
    assert_eq!(sim.calls().len(), 1, "nothing was asked twice");
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn a_killed_server_is_waited_for() {
    let sim = model("rate=120;ttft=100").await;
    let mut server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "Will the lights come on again?").await;
    browser
        .until(
            "section-overall_development",
            "data-state",
            &["open", "sealed"],
        )
        .await;
    server.kill().await;
    server.start_again().await;
    browser.shows_all().await;
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn another_tab_shows_the_same() {
    let sim = model("rate=120;ttft=100").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "Do two see more than one?").await;
    browser.until("status", "data-state", &["writing"]).await;
    let address = browser.address().await;
    let first = browser.driver.window().await.expect("a tab");
    let second = browser.driver.new_tab().await.expect("a tab");
    browser
        .driver
        .switch_to_window(second)
        .await
        .expect("it is there");
    browser.driver.goto(&address).await.expect("the page");
    browser.shows_all().await;
    browser
        .driver
        .switch_to_window(first)
        .await
        .expect("it is there");
    browser.shows_all().await;
    assert_eq!(sim.calls().len(), 1);
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn another_language_does_not_touch_the_stream() {
    let sim = model("rate=60;ttft=100").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "Which tongue do the gods speak?").await;
    browser.until("status", "data-state", &["writing"]).await;
    for (language, spoken) in [("ja", "ja"), ("zh", "zh-Hant"), ("en", "en")] {
        browser
            .runs(&format!(
                "document.querySelector('[data-ui={language}]').click()"
            ))
            .await;
        browser
            .until_it_is("return document.documentElement.lang", spoken.into())
            .await;
        let stop = browser.words("cancel").await;
        assert_eq!(
            stop,
            match language {
                "ja" => "筆を止める",
                "zh" => "停筆",
                _ => "Stop",
            }
        );
        let reading = browser
            .runs("return document.querySelector('.section .text').lang")
            .await;
        assert_eq!(reading, "en", "the reading stays in its language");
    }
    browser.shows_all().await;
    let streams = browser.runs("return performance.getEntriesByType('resource').filter(entry => entry.name.includes('/stream/')).length").await;
    assert_eq!(streams, 1, "it is the same stream");
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn what_was_read_opens_without_a_server() {
    let sim = model("rate=0").await;
    let mut server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    browser.until_it_is(WORKER_READY, true.into()).await;
    ask(&browser, "What remains?").await;
    browser.shows_all().await;
    let address = browser.address().await;
    browser.click("to-journal").await;
    browser.shown("entry").await;
    browser
        .driver
        .goto(server.url("/"))
        .await
        .expect("the page");
    browser.driver.goto(&address).await.expect("the page");
    browser.driver.refresh().await.expect("a reload");
    browser.shows_all().await;
    let streams = "return caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))
        .then(all => all.flat().map(request => request.url).filter(url => /[/](stream|sse|session)/.test(url)))";
    assert_eq!(browser.runs(streams).await, json!([]), "no stream is kept");
    server.kill().await;
    browser.driver.refresh().await.expect("a reload");
    browser.shows_all().await;
    browser.click("to-journal").await;
    browser.shown("entry").await;
    // Erased, it is gone from what is kept here as well.
    server.start_again().await;
    browser
        .runs(
            "for (const i of [1, 2]) document.querySelector('.entry-do button:last-child').click()",
        )
        .await;
    browser
        .until_it_is(
            "return document.querySelectorAll('.entry').length",
            0.into(),
        )
        .await;
    let kept = "const cache = await caches.open('kaucim-readings');
        return (await cache.keys()).map(request => request.url).filter(url => url.includes('/task/'))";
    assert_eq!(browser.runs(kept).await, json!([]));
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn what_was_watched_opens_without_a_server() {
    let sim = model("rate=0;ttft=1500").await;
    let mut server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    browser.until_it_is(WORKER_READY, true.into()).await;
    ask(&browser, "Does it stay with me?").await;
    browser.until("status", "data-state", &["complete"]).await;
    // Nobody has opened it by its address, and it is there all the same.
    let kept = "const cache = await caches.open('kaucim-readings');
        return (await cache.keys()).filter(request => request.url.includes('/task/')).length";
    browser.until_it_is(kept, 1.into()).await;
    server.kill().await;
    browser.driver.refresh().await.expect("a reload");
    browser.shows_all().await;
    // Where it is not kept, the page says so, and opens it when the server is back.
    browser
        .runs("await caches.delete('kaucim-readings'); return true")
        .await;
    browser.driver.refresh().await.expect("a reload");
    let told = "return document.querySelector('.bar-note').textContent";
    let words = "The server cannot be reached just now. Your reading opens by itself as soon as it can; nothing written is lost.";
    browser.until_it_is(told, words.into()).await;
    assert_eq!(
        browser.words("status").await.lines().next(),
        Some("Opening your reading …")
    );
    let first = browser.find("section-line_by_line_interpretation").await;
    assert!(
        !first.is_displayed().await.expect("a browser"),
        "no empty headings"
    );
    server.start_again().await;
    browser.shows_all().await;
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn what_was_sealed_stands_while_the_server_is_away() {
    let sim = model("rate=60;ttft=100").await;
    let mut server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    browser.until_it_is(WORKER_READY, true.into()).await;
    ask(&browser, "Will the lamp go out?").await;
    let first = "section-line_by_line_interpretation";
    browser.until(first, "data-state", &["sealed"]).await;
    let read = browser.words(first).await;
    server.kill().await;
    browser.driver.refresh().await.expect("a reload");
    browser.until(first, "data-state", &["sealed"]).await;
    assert_eq!(browser.words(first).await, read);
    browser.words("verse").await;
    server.start_again().await;
    browser.shows_all().await;
    let left = "return sessionStorage.getItem('kaucim.standing')";
    browser.until_it_is(left, Value::Null).await;
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn a_second_device_goes_on_with_it_once() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "Shall I take it with me?").await;
    browser.shows_all().await;
    browser.click("handoff").await;
    browser.shown("handoff-link").await;
    let link = browser
        .runs("return document.querySelector('[data-testid=handoff-link]').value")
        .await;
    let link = link.as_str().expect("an address");
    assert_eq!(browser.scanned("handoff-qr").await, link, "the picture");
    for (device, takes) in [("the second", true), ("a third", false)] {
        let other = Browser::at(&server).await;
        // Another document, and not another place in this one.
        other.driver.goto("about:blank").await.expect("a page");
        other.driver.goto(link).await.expect("the page");
        other.click("takeover-yes").await;
        if takes {
            other.shows_all().await;
            let shown = other.address().await;
            assert_eq!(shown, browser.address().await, "{device}");
        } else {
            let problem = "return document.querySelector('#problem p')?.textContent ?? ''";
            let told = "This link to another device was used already, or has expired. Please get another one where you came from.";
            other.until_it_is(problem, told.into()).await;
            let shown = other.address().await;
            assert!(!shown.contains("/r/"), "{device}: {shown}");
        }
        other.stop().await;
    }
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn a_bad_reading_is_reported_and_the_report_changed() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    ask(&browser, "Is this what it says?").await;
    browser.shows_all().await;
    browser.click("report").await;
    browser.shown("report-panel").await;
    browser
        .types("report-reason", "It says the opposite.")
        .await;
    browser.click("report-send").await;
    browser.words("report-told").await;
    let kept = "const id = location.hash.split('/').pop();
        const task = await fetch('/api/v1/async-chat/task/' + id).then(answer => answer.json());
        return [task.report.reason, task.report.with_reading];";
    assert_eq!(
        browser.runs(kept).await,
        json!(["It says the opposite.", false])
    );
    // It is still there after a reload, and is changed.
    browser.driver.refresh().await.expect("a reload");
    browser.until("status", "data-state", &["complete"]).await;
    browser.click("report").await;
    browser
        .until_it_is(
            "return document.getElementById('report-reason')?.value",
            "It says the opposite.".into(),
        )
        .await;
    browser.click("report-with").await;
    browser.click("report-send").await;
    browser.words("report-told").await;
    assert_eq!(
        browser.runs(kept).await,
        json!(["It says the opposite.", true])
    );
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn who_asked_to_be_told_is_told() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    let leave = json!({ "origin": server.url(""), "permissions": ["notifications"] });
    browser.tell("Browser.grantPermissions", leave).await;
    // It takes as long as it takes to press a button.
    ask(&browser, "Shall I go out meanwhile? [[sim fault=hang]]").await;
    let asked = "return localStorage.getItem('kaucim.notify')";
    assert_eq!(browser.runs(asked).await, Value::Null, "nothing is assumed");
    browser.click("notify").await;
    browser.until_it_is(asked, "on".into()).await;
    browser.click("cancel").await;
    browser.until("status", "data-state", &["cancelled"]).await;
    browser.comes_to(&server).await;
    press(&browser, "Shall I go out now?").await;
    // A page behind another one, as far as it can tell.
    browser
        .runs("Object.defineProperty(document, 'hidden', { get: () => true })")
        .await;
    through_the_rite(&browser).await;
    browser.until("status", "data-state", &["complete"]).await;
    let titles = "return navigator.serviceWorker.ready.then(worker => worker.getNotifications())
        .then(all => all.map(one => one.title))";
    browser
        .until_it_is(titles, json!(["The reading is complete"]))
        .await;
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn a_shared_screen_forgets_its_visitor() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    let kiosk = browser.driver.goto(server.url("/?kiosk=20")).await;
    kiosk.expect("the page");
    ask(&browser, "Who was here before me?").await;
    browser.until("status", "data-state", &["complete"]).await;
    // It asks first, then forgets.
    browser.shown("idle").await;
    browser.shown("question").await;
    let left = browser
        .runs("return fetch('/api/v1/async-chat/history').then(answer => answer.json())")
        .await;
    assert_eq!(left["tasks"], json!([]), "nobody was here before");
    browser.stop().await;
    sim.stop().await;
}
