//! The page in the frame of another site, in a browser that keeps no cookies of third parties.

use serde_json::{Value, json};
use thirtyfour::By;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::{
    browser::{Browser, ask},
    program::{Server, asking, model},
};

/// Sites, each another one to a browser, that are all this machine. The last is not let in.
const SITES: [&str; 3] = ["temple", "shop", "elsewhere"];

/// The page that docs/page.md shows, and the server that it names.
const PAGE: &str = include_str!("../../../../examples/temple-site/index.html");
const EXAMPLE_SERVER: &str = "http://127.0.0.1:8000";

/// The pages around the frame.
struct Hosts {
    port: u16,
    _serving: AbortOnDropHandle<()>,
}

impl Hosts {
    fn address(&self, site: &str) -> String {
        format!("http://{site}.localhost:{}/", self.port)
    }

    /// Serves this page to whoever asks for anything.
    fn start(listener: TcpListener, page: String) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
            page.len()
        );
        let serving = TaskTracker::new().spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let answer = answer.clone();
                // Browsers open connections ahead of what they want, and may never ask there.
                open.spawn(async move {
                    // One read holds such a request, or the browser sends another one.
                    if socket.read(&mut [0; 8192]).await.is_ok() {
                        socket.write_all(answer.as_bytes()).await.ok();
                    }
                });
            }
        });
        Self {
            port,
            _serving: AbortOnDropHandle::new(serving),
        }
    }
}

/// A server that lets the first two sites in, and the pages around its frame.
async fn embedding(mut environment: Vec<(&'static str, String)>) -> (Server, Hosts) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let allowed: Vec<String> = SITES[..2]
        .iter()
        .map(|site| format!("\"http://{site}.localhost:{port}\""))
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kaucim.toml");
    let embed = format!("[embed]\nframe_ancestors = [{}]\n", allowed.join(", "));
    std::fs::write(&file, embed).expect("a file");
    environment.push(("KAUCIM_CONFIG", file.display().to_string()));
    let server = Server::start(environment).await;
    assert!(PAGE.contains(EXAMPLE_SERVER), "it names a server");
    let page = PAGE.replace(EXAMPLE_SERVER, &server.url(""));
    (server, Hosts::start(listener, page))
}

/// The frame that the element has made.
const FRAME: &str = "document.querySelector('kaucim-oracle').shadowRoot.querySelector('iframe')";

impl Browser {
    /// Opens the page of a site.
    async fn visits(&self, address: &str) {
        self.driver.goto(address).await.expect("the page");
        self.until_it_is(
            "return Boolean(document.querySelector('kaucim-oracle')?.shadowRoot)",
            true.into(),
        )
        .await;
    }

    async fn enter_the_frame(&self) {
        let element = self.driver.find(By::Tag("kaucim-oracle")).await;
        let root = element.expect("the element").get_shadow_root().await;
        let frame = root.expect("its root").find(By::Css("iframe")).await;
        let entered = frame.expect("a frame").enter_frame().await;
        entered.expect("it can be entered");
    }

    async fn out_of_the_frame(&self) {
        let out = self.driver.enter_default_frame().await;
        out.expect("the page around it");
    }

    /// Waits until the frame is as high as what it shows, give or take a pixel.
    async fn fits(&self) {
        self.enter_the_frame().await;
        let fits = "const { height } = document.body.getBoundingClientRect();
            return innerHeight >= height && innerHeight < height + 2;";
        self.until_it_is(fits, true.into()).await;
        self.out_of_the_frame().await;
    }
}

#[tokio::test]
async fn a_page_of_another_site_asks_in_its_frame() {
    let sim = model("rate=0").await;
    let (_server, hosts) = embedding(asking(&sim, "openai")).await;
    let browser = Browser::start().await;
    browser.visits(&hosts.address("temple")).await;
    browser.fits().await;
    browser.enter_the_frame().await;
    browser
        .until_it_is("return document.documentElement.lang", "en".into())
        .await;
    let shown = browser
        .runs("return document.querySelector('.plaques').checkVisibility()")
        .await;
    assert_eq!(shown, json!(false), "there is one deity to ask");
    press_and_read(&browser, "Will the gate be open?").await;
    browser.out_of_the_frame().await;
    browser.fits().await;
    let height = browser.runs(&format!("return {FRAME}.offsetHeight")).await;
    assert!(
        height.as_u64() > Some(1500),
        "the whole reading is shown: {height}"
    );

    // What the page around it wishes for is done, and nothing is done for others.
    let set = "const oracle = document.querySelector('kaucim-oracle');
        oracle.setAttribute('theme', 'dark'); oracle.setAttribute('lang', 'ja');
        postMessage({ kaucim: 'height', height: 333 }, '*');";
    browser.runs(set).await;
    browser.enter_the_frame().await;
    let dressed =
        "const { lang, dataset } = document.documentElement; return [lang, dataset.theme]";
    browser.until_it_is(dressed, json!(["ja", "dark"])).await;
    browser.out_of_the_frame().await;
    browser.fits().await;

    // A reload of the page around it finds the reading again.
    browser.driver.refresh().await.expect("a reload");
    browser.enter_the_frame().await;
    browser.until("status", "data-state", &["complete"]).await;
    let section = browser.words("section-conclusion").await;
    assert!(section.chars().count() > 60, "{section}");
    browser.out_of_the_frame().await;
    assert_eq!(browser.complaints().await, [""; 0], "the console");
    assert_eq!(sim.calls().len(), 1);
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn each_site_has_a_visit_of_its_own_and_others_have_no_frame() {
    let sim = model("rate=0").await;
    let (server, hosts) = embedding(asking(&sim, "openai")).await;
    let browser = Browser::start().await;
    let readings = "const answer = await fetch('/api/v1/async-chat/history');
        return answer.ok ? (await answer.json()).tasks.length : answer.status";
    browser.visits(&hosts.address("temple")).await;
    browser.enter_the_frame().await;
    press_and_read(&browser, "Who else hears this?").await;
    assert_eq!(browser.runs(readings).await, json!(1));
    browser.out_of_the_frame().await;
    // The site around the frame can send the cookie, and gets nothing for it.
    let theirs = format!(
        "const answer = await fetch('{}', {{ credentials: 'include', mode: 'no-cors' }}); return answer.status",
        server.url("/api/v1/async-chat/history")
    );
    assert_eq!(browser.runs(&theirs).await, json!(0), "it is opaque");

    browser.visits(&hosts.address("shop")).await;
    browser.enter_the_frame().await;
    browser.until("status", "data-state", &["idle"]).await;
    browser.until_it_is(readings, json!(0)).await;
    browser.out_of_the_frame().await;
    browser
        .driver
        .goto(server.url("/docs"))
        .await
        .expect("a page");
    let own: Value = browser.runs(readings).await;
    assert_eq!(own, json!(401), "the server's own pages know of none of it");

    browser.complaints().await;
    browser.visits(&hosts.address("elsewhere")).await;
    let refused = async {
        while !browser
            .complaints()
            .await
            .iter()
            .any(|one| one.contains("frame-ancestors"))
        {}
    };
    let refused = tokio::time::timeout(crate::program::PATIENCE, refused).await;
    refused.expect("the browser says that it may not be framed there");
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn everybody_can_read_and_use_the_small_form() {
    let sim = model("rate=0").await;
    let (server, _hosts) = embedding(asking(&sim, "openai")).await;
    let browser = Browser::start().await;
    let page = browser
        .driver
        .goto(server.url("/embed?deity=yue_lao"))
        .await;
    page.expect("the page");
    browser.dressed("light").await;
    browser.until("status", "data-state", &["idle"]).await;
    browser.audit("the form in a frame").await;
    press_and_read(&browser, "Does it fit?").await;
    browser.shown("share").await;
    browser.audit("the reading in a frame").await;
    browser.stop().await;
    sim.stop().await;
}

/// Asks in the frame, and waits for the whole reading.
async fn press_and_read(browser: &Browser, question: &str) {
    browser.until("status", "data-state", &["idle"]).await;
    ask(browser, question).await;
    browser.until("status", "data-state", &["complete"]).await;
}
