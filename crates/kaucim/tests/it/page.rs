//! The page in a real browser, from the draw to the finished reading.

use std::{process::Stdio, time::Duration};

use thirtyfour::{
    By, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::program::{PATIENCE, Server, asking, model};

/// A driver process with one browser.
pub(crate) struct Browser {
    pub driver: WebDriver,
    process: Child,
}

impl Browser {
    /// A browser that has opened the page of this server.
    pub(crate) async fn at(server: &Server) -> Self {
        let browser = Self::start().await;
        let page = browser.driver.goto(server.url("/")).await;
        page.expect("the page");
        browser
    }

    async fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, so that the browser ends with its driver, also after a failure.
            .process_group(0)
            .spawn()
            .expect("chromedriver is installed: `make chromium`");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let port = timeout(PATIENCE, async {
            loop {
                let line = lines
                    .next_line()
                    .await
                    .expect("text")
                    .expect("chromedriver runs on");
                if let Some((_, port)) = line.split_once("started successfully on port ") {
                    return port.trim_end_matches('.').to_owned();
                }
            }
        });
        let port = port.await.expect("chromedriver starts");
        let mut capabilities: ChromeCapabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--lang=en",
            "--window-size=1100,1400",
        ] {
            capabilities.add_arg(argument).expect("an argument");
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities);
        Self {
            driver: driver.await.expect("a browser"),
            process,
        }
    }

    /// Waits until the element with this test id has this state.
    pub(crate) async fn until(&self, id: &str, attribute: &str, expected: &[&str]) -> String {
        let query = By::Css(format!("[data-testid='{id}']"));
        // Each look is a round trip to the browser, so this loop waits on it.
        let found = timeout(PATIENCE, async {
            loop {
                if let Ok(element) = self.driver.find(query.clone()).await
                    && let Ok(Some(value)) = element.attr(attribute).await
                    && expected.contains(&value.as_str())
                {
                    return value;
                }
            }
        });
        match found.await {
            Ok(value) => value,
            Err(_) => {
                let page = self.driver.source().await.expect("the page");
                panic!("`{id}` never had {attribute} in {expected:?}:\n{page}");
            }
        }
    }

    pub(crate) async fn address(&self) -> String {
        let address = self.driver.current_url().await;
        address.expect("an address").to_string()
    }

    pub(crate) async fn find(&self, id: &str) -> thirtyfour::WebElement {
        let query = By::Css(format!("[data-testid='{id}']"));
        self.driver
            .find(query)
            .await
            .unwrap_or_else(|error| panic!("no `{id}`: {error}"))
    }

    /// The text of the element, once a person can read some.
    pub(crate) async fn words(&self, id: &str) -> String {
        let element = self.find(id).await;
        let shown = async {
            loop {
                let words = element.text().await.expect("a browser");
                if !words.is_empty() {
                    return words;
                }
            }
        };
        let words = timeout(PATIENCE, shown).await;
        words.unwrap_or_else(|_| panic!("`{id}` never has words to read"))
    }

    /// The element, once a person can see it.
    pub(crate) async fn shown(&self, id: &str) -> thirtyfour::WebElement {
        let element = self.find(id).await;
        let shown = async { while !element.is_displayed().await.expect("a browser") {} };
        timeout(PATIENCE, shown)
            .await
            .unwrap_or_else(|_| panic!("`{id}` is never seen"));
        element
    }

    pub(crate) async fn stop(self) {
        self.driver.clone().quit().await.expect("the browser ends");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let Some(id) = self.process.id() else { return };
        let group = format!("-{id}");
        let killed = std::process::Command::new("kill")
            .args(["-KILL", "--", &group])
            .status();
        assert!(
            killed.is_ok_and(|status| status.success()),
            "the browser could not be ended"
        );
    }
}

#[tokio::test]
async fn from_the_draw_to_the_finished_reading() {
    let sim = model("rate=150;ttft=300").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
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
    let browser = Browser::at(&server).await;
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
        .shown("cancel")
        .await
        .click()
        .await
        .expect("a click");
    browser.until("status", "data-state", &["cancelled"]).await;
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

/// Types a question, asks it with a lot that is drawn, and goes through the rite without blocks.
pub(crate) async fn ask(browser: &Browser, question: &str) {
    press(browser, question).await;
    through_the_rite(browser).await;
}

/// Types a question and presses the button.
pub(crate) async fn press(browser: &Browser, question: &str) {
    browser.until("status", "data-state", &["idle"]).await;
    browser
        .find("question")
        .await
        .send_keys(question)
        .await
        .expect("typing");
    browser.find("ask").await.click().await.expect("a click");
}

/// Has the cylinder shaken and skips the moon blocks, where any are asked for, until the address names a reading.
pub(crate) async fn through_the_rite(browser: &Browser) {
    let accepted = async {
        while !browser.address().await.contains("#/r/") {
            // It may not be there yet, or be gone by now.
            browser.find("rite-skip").await.click().await.ok();
        }
    };
    timeout(PATIENCE, accepted)
        .await
        .expect("the address names the reading");
}
