//! How the page looks to those who see little, hear it read, use a small screen, or want no motion.

use serde_json::{Value, json};

use crate::{
    browser::{Browser, press, through_the_rite},
    program::{Server, asking, model},
};

/// Returns what somebody would complain of.
const AUDIT: &str = include_str!("page_looks/audit.js");

/// Where `scripts/need-axe` puts it.
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/axe-core/axe.min.js"
);

/// Runs every rule of axe, once it is there, and returns what it complains of.
const AXE_RUN: &str = "const { violations } = await axe.run(document, { preload: false, resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) => nodes.slice(0, 5).map(({ target, failureSummary }) =>
        `${id} (${help}): ${target.join(' ')}: ${failureSummary.replaceAll('\\n', ' ')}`));";

/// Language, theme and width: each meets each of the others once at least.
const SEEN: [(&str, &str, u32); 9] = [
    ("en", "light", 320),
    ("en", "light", 390),
    ("en", "dark", 1280),
    ("ja", "light", 320),
    ("ja", "dark", 390),
    ("ja", "light", 1280),
    ("zh", "dark", 320),
    ("zh", "light", 390),
    ("zh", "dark", 1280),
];

/// The program that looks with us, or a word that it does not.
#[expect(clippy::print_stderr, reason = "who reads the tests has to know")]
fn axe() -> Option<String> {
    let axe = std::fs::read_to_string(AXE).ok();
    if axe.is_none() {
        eprintln!("axe-core is left out: `make axe` fetches it");
    }
    axe
}

/// Waits until the page has this theme and width, and two frames more: what begins to change then
/// has changed.
fn drawn_anew(theme: &str, width: u32) -> String {
    format!(
        "await new Promise(done => {{
            const look = () => innerWidth === {width} && matchMedia('(prefers-color-scheme: {theme})').matches
                ? requestAnimationFrame(() => requestAnimationFrame(done))
                : requestAnimationFrame(look);
            look();
        }})"
    )
}

impl Browser {
    /// Asks for a colour scheme and no motion, so that what is measured stands still.
    pub(crate) async fn dressed(&self, theme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.tell(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    async fn speaks(&self, language: &str) {
        self.runs(&format!(
            "document.querySelector('[data-ui={language}]').click()"
        ))
        .await;
        let spoken = if language == "zh" {
            "zh-Hant"
        } else {
            language
        };
        self.until_it_is("return document.documentElement.lang", spoken.into())
            .await;
    }

    /// Looks at the page in every language, by day and night, on a small phone and a desk: every two
    /// of these together; with our own eyes, and with axe where it was fetched.
    pub(crate) async fn audit(&self, state: &str) {
        let axe = axe();
        for language in ["en", "ja", "zh"] {
            self.speaks(language).await;
            let seen = SEEN.iter().filter(|seen| seen.0 == language);
            for (_, theme, width) in seen {
                self.dressed(theme).await;
                self.size(*width, 844).await;
                self.runs(&drawn_anew(theme, *width)).await;
                let found = self.runs(AUDIT).await;
                assert_eq!(found, json!([]), "{state}, {language}, {theme}, {width} px");
                if let Some(axe) = &axe {
                    if self.runs("return typeof axe").await == "undefined" {
                        self.runs(axe).await;
                    }
                    let found = self.runs(AXE_RUN).await;
                    let seen = format!("{state}, {language}, {theme}, {width} px");
                    assert_eq!(found, json!([]), "axe: {seen}");
                }
            }
        }
        let complaints = self.complaints().await;
        assert_eq!(complaints, [""; 0], "{state}: the console");
    }
}

#[tokio::test]
async fn everybody_can_read_and_use_every_state() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    browser.dressed("light").await;
    browser.until("status", "data-state", &["idle"]).await;
    browser.audit("the form").await;
    browser.click("own").await;
    browser.types("number", "紅絲月下").await;
    browser.shown("candidate").await;
    browser.audit("a lot named by words").await;
    browser.click("own").await;
    browser.click("ask").await;
    browser.audit("a question that is missing").await;
    press(&browser, "Shall I write to her?").await;
    browser.until("rite", "data-step", &["blocks"]).await;
    browser.audit("the moon blocks").await;
    through_the_rite(&browser).await;
    browser.until("status", "data-state", &["complete"]).await;
    browser.shown("share").await;
    browser
        .runs("for (const details of document.querySelectorAll('#reading details')) details.open = true")
        .await;
    browser.click("share").await;
    browser.shown("picture").await;
    browser.audit("the reading").await;
    browser.click("handoff").await;
    browser.shown("handoff-qr").await;
    browser.audit("the link to a second device").await;
    browser.click("to-journal").await;
    browser.shown("entry").await;
    browser.audit("the journal").await;
    browser
        .runs(
            "const answer = await fetch('/api/v1/session/handoff', { method: 'POST' });
            location.href = (await answer.json()).url",
        )
        .await;
    browser.shown("takeover").await;
    browser.audit("whether a visit is taken over").await;
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn the_reading_while_it_is_written_and_its_failure_can_be_read() {
    let sim = model("rate=25;ttft=100;length=6000").await;
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_TASKS_PER_USER", "2".to_owned()));
    let server = Server::start(environment).await;
    let browser = Browser::at(&server).await;
    browser.dressed("light").await;
    press(&browser, "Is it time to move house?").await;
    through_the_rite(&browser).await;
    browser.until("status", "data-state", &["writing"]).await;
    browser.audit("the writing").await;
    // What can be reported has a section.
    let first = "section-line_by_line_interpretation";
    browser.until(first, "data-state", &["sealed"]).await;
    browser.click("cancel").await;
    browser.until("status", "data-state", &["cancelled"]).await;
    browser.click("report").await;
    browser.shown("report-panel").await;
    browser
        .audit("a reading that was stopped, to be reported")
        .await;
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn on_paper_it_is_black_on_white_by_night_as_well() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    press(&browser, "Shall I keep it on paper?").await;
    through_the_rite(&browser).await;
    browser.until("status", "data-state", &["complete"]).await;
    let night = json!([{ "name": "prefers-color-scheme", "value": "dark" }]);
    let paper = json!({ "media": "print", "features": night });
    browser.tell("Emulation.setEmulatedMedia", paper).await;
    for chosen in ["dark", "light", ""] {
        browser
            .runs(&format!(
                "document.documentElement.dataset.theme = '{chosen}'"
            ))
            .await;
        // What changes slowly on a screen is waited for.
        let ink = "return ['.lot-name', '.verse', '.text'].map(name => getComputedStyle(document.querySelector(name)).color)";
        let black = "rgb(0, 0, 0)";
        browser.until_it_is(ink, json!([black, black, black])).await;
        let paper = "return getComputedStyle(document.querySelector('.slip')).backgroundColor";
        browser
            .until_it_is(paper, "rgb(255, 255, 255)".into())
            .await;
        // Links and seals have the colours of the day.
        let red = "return getComputedStyle(document.documentElement).getPropertyValue('--red')";
        assert_eq!(browser.runs(red).await, "#a62f1e", "theme {chosen:?}");
    }
    browser.stop().await;
    sim.stop().await;
}

#[tokio::test]
async fn who_wants_no_motion_gets_none() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let browser = Browser::at(&server).await;
    browser.dressed("light").await;
    // Whatever moves for longer than a blink is noted, at every frame.
    browser
        .runs(
            "window.moved = new Set();
            const look = () => {
                for (const one of document.getAnimations()) {
                    const { duration } = one.effect.getComputedTiming();
                    if (duration > 50 && one.playState === 'running') moved.add(one.animationName || one.effect.target.className);
                }
                requestAnimationFrame(look);
            };
            look();",
        )
        .await;
    press(&browser, "May I rest now?").await;
    browser.until("rite", "data-step", &["blocks"]).await;
    browser.click("rite-go").await;
    browser
        .until_it_is(
            "return document.getElementById('rite').dataset.throw !== undefined",
            true.into(),
        )
        .await;
    through_the_rite(&browser).await;
    browser.until("status", "data-state", &["complete"]).await;
    let moved: Value = browser.runs("return [...moved]").await;
    assert_eq!(moved, json!([]));
    browser.stop().await;
    sim.stop().await;
}
