//! A real browser at the page of a real server, moved as its users move it.

use std::process::Stdio;

use serde_json::{Value, json};
use thirtyfour::{
    By, CapabilitiesHelper, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities,
    TypingData, WebDriver, WebElement,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::program::{PATIENCE, Server};

/// A driver process with one browser.
pub(crate) struct Browser {
    pub driver: WebDriver,
    process: Child,
    /// Of the driver.
    address: String,
}

/// Looks in the page, and ends the wait with what the look returns. A look that fails saw nothing.
const WAITS: &str = "
    const done = arguments[arguments.length - 1];
    const look = async () => { LOOK };
    let looking = false;
    const again = async () => {
        if (looking) { return; }
        looking = true;
        const found = await look().catch(() => undefined);
        looking = found !== undefined;
        if (!looking) { return; }
        changes.disconnect();
        clearInterval(clock);
        done(found);
    };
    const changes = new MutationObserver(again);
    changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const clock = setInterval(again, 50);
    again();
";

/// A driver and its port. It takes a free port of IPv6 and the same one of IPv4, and ends at once
/// where somebody has that: then there is none.
async fn driver() -> Option<(Child, String)> {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // A group of its own, so that the browser ends with its driver, also after a failure.
        .process_group(0)
        .spawn()
        .expect("chromedriver is installed: `make chromium`");
    let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
    while let Some(line) = lines.next_line().await.expect("text") {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return Some((process, port.trim_end_matches('.').to_owned()));
        }
    }
    process.wait().await.expect("a status");
    None
}

impl Browser {
    /// A browser that has opened the page of this server.
    pub(crate) async fn at(server: &Server) -> Self {
        let browser = Self::start().await;
        browser.comes_to(server).await;
        browser
    }

    /// Opens the page of this server, as a person does who comes for the first time today.
    pub(crate) async fn comes_to(&self, server: &Server) {
        // Else the page that is there is the one that is wanted.
        self.driver.goto("about:blank").await.expect("nothing");
        self.driver.goto(server.url("/")).await.expect("the page");
    }

    /// The same for somebody who has nothing against motion.
    pub(crate) async fn lively_at(server: &Server) -> Self {
        let browser = Self::start_with(&[]).await;
        browser.comes_to(server).await;
        browser
    }

    /// A browser that has opened nothing yet, of somebody who wants no motion: what moves is most
    /// of the work of a browser without a graphics card, and is waited for.
    pub(crate) async fn start() -> Self {
        Self::start_with(&["--force-prefers-reduced-motion"]).await
    }

    async fn start_with(more: &[&str]) -> Self {
        let started = timeout(PATIENCE, async {
            loop {
                if let Some(started) = driver().await {
                    return started;
                }
            }
        });
        let (process, port) = started.await.expect("chromedriver starts");
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
            // As browsers are to be: a cookie in a frame is one for the site around it alone.
            "--test-third-party-cookie-phaseout",
            "--lang=en",
            "--window-size=800,700",
        ]
        .iter()
        .chain(more)
        {
            capabilities.add_arg(argument).expect("an argument");
        }
        let all = json!({ "browser": "ALL" });
        capabilities
            .set("goog:loggingPrefs", all)
            .expect("a setting");
        let address = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(&address, capabilities);
        Self {
            driver: driver.await.expect("a browser"),
            process,
            address,
        }
    }

    /// Waits in the page itself until this body of a function returns something, and returns that.
    ///
    /// It looks after every change of the document, and some times a second for what is no change
    /// of it; asked from here, again and again, the browser would have no time for its page.
    pub(crate) async fn seen(&self, look: &str) -> Option<Value> {
        let script = WAITS.replace("LOOK", look);
        let seen = timeout(PATIENCE, async {
            loop {
                // A page that is left takes the wait with it: it goes on in the next one.
                if let Ok(found) = self.driver.execute_async(&script, vec![]).await {
                    return found.json().clone();
                }
            }
        });
        seen.await.ok()
    }

    /// Waits until the element with this test id has this state.
    pub(crate) async fn until(&self, id: &str, attribute: &str, expected: &[&str]) -> String {
        let look = format!(
            "const value = document.querySelector(\"[data-testid='{id}']\")?.getAttribute('{attribute}');
             return {}.includes(value) ? value : undefined;",
            json!(expected)
        );
        match self.seen(&look).await {
            Some(value) => value.as_str().expect("text").to_owned(),
            None => {
                let page = self.driver.source().await.expect("the page");
                panic!("`{id}` never had {attribute} in {expected:?}:\n{page}");
            }
        }
    }

    pub(crate) async fn address(&self) -> String {
        let address = self.driver.current_url().await;
        address.expect("an address").to_string()
    }

    pub(crate) async fn find(&self, id: &str) -> WebElement {
        let query = By::Css(format!("[data-testid='{id}']"));
        self.driver
            .find(query)
            .await
            .unwrap_or_else(|error| panic!("no `{id}`: {error}"))
    }

    /// The text of the element, once a person can read some.
    pub(crate) async fn words(&self, id: &str) -> String {
        let look = format!(
            "return document.querySelector(\"[data-testid='{id}']\")?.innerText.trim() || undefined;"
        );
        let words = self.seen(&look).await;
        assert!(words.is_some(), "`{id}` never has words to read");
        self.find(id).await.text().await.expect("a browser")
    }

    /// The element, once there is one and a person can see it.
    pub(crate) async fn shown(&self, id: &str) -> WebElement {
        let query = By::Css(format!("[data-testid='{id}']"));
        let look = format!(
            "return document.querySelector(\"[data-testid='{id}']\")?.checkVisibility() || undefined;"
        );
        let shown = timeout(PATIENCE, async {
            loop {
                self.seen(&look).await;
                // What is drawn anew meanwhile is looked for again.
                if let Ok(element) = self.driver.find(query.clone()).await
                    && element.is_displayed().await.unwrap_or(false)
                {
                    return element;
                }
            }
        });
        shown
            .await
            .unwrap_or_else(|_| panic!("`{id}` is never seen"))
    }

    /// Runs a script and returns what it returns.
    pub(crate) async fn runs(&self, script: &str) -> Value {
        let ran = self.driver.execute(script, vec![]).await;
        ran.expect("the script runs").json().clone()
    }

    pub(crate) async fn types(&self, id: &str, words: impl Into<TypingData>) {
        let element = self.find(id).await;
        element.send_keys(words.into()).await.expect("typing");
    }

    /// Clicks the element, once a person can see it.
    pub(crate) async fn click(&self, id: &str) {
        self.shown(id).await.click().await.expect("a click");
    }

    /// Presses keys wherever the focus is.
    pub(crate) async fn keys(&self, keys: impl Into<TypingData>) {
        let focused = self.driver.active_element().await.expect("a focus");
        focused.send_keys(keys.into()).await.expect("typing");
    }

    /// Waits until the script returns this.
    pub(crate) async fn until_it_is(&self, script: &str, expected: Value) {
        let look = format!(
            "const value = await (async () => {{ {script} }})();
             return JSON.stringify(value) === JSON.stringify({expected}) ? true : undefined;"
        );
        if self.seen(&look).await.is_none() {
            panic!(
                "`{script}` never was {expected}: {}",
                self.runs(script).await
            );
        }
    }

    /// Tells the browser itself something, in the words of its developer tools.
    pub(crate) async fn tell(&self, command: &str, parameters: Value) {
        let told = json!({ "cmd": command, "params": parameters });
        self.to_driver("goog/cdp/execute", told).await;
    }

    /// What chromedriver knows besides the standard.
    async fn to_driver(&self, path: &str, body: Value) -> Value {
        let session = self.driver.handle().session_id();
        let address = format!("{}/session/{session}/{path}", self.address);
        let answer = reqwest::Client::new().post(address).json(&body).send();
        let answer = answer.await.expect("the driver answers");
        assert!(answer.status().is_success(), "{body}: {answer:?}");
        answer.json::<Value>().await.expect("JSON")["value"].take()
    }

    /// Makes the window as large as this, in pixels.
    pub(crate) async fn size(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Cuts this page's network off, or joins it again.
    pub(crate) async fn offline(&self, offline: bool) {
        self.tell("Network.enable", json!({})).await;
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.tell("Network.emulateNetworkConditions", conditions)
            .await;
    }

    /// What the browser has complained of on its console since the last look.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.to_driver("se/log", json!({ "type": "browser" })).await;
        let entries = log.as_array().expect("a list");
        let bad = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        bad.map(|entry| entry["message"].to_string()).collect()
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
    let look = "return location.hash.startsWith('#/r/') ? 'accepted'
        : document.querySelector(\"[data-testid='rite-skip']\")?.checkVisibility() ? 'asked' : undefined;";
    let accepted = async {
        while browser.seen(look).await != Some(json!("accepted")) {
            // It may be gone by now.
            browser.find("rite-skip").await.click().await.ok();
        }
    };
    timeout(PATIENCE, accepted)
        .await
        .expect("the address names the reading");
}
