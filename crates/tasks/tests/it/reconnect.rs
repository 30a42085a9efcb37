//! Readers that come back: with an honest cursor, and with any other.

use futures::StreamExt;
use kaucim_fortune::SectionId;
use kaucim_tasks::Follow;

use crate::{
    app::{App, soon},
    model::{Call, Does, report, report_until, words},
    reader::{Held, Reader},
};

const FIRST: SectionId = SectionId::ALL[0];
const SECOND: SectionId = SectionId::ALL[1];

/// A task whose second section has begun with `月🌙`, and a reader that has seen it.
struct Begun {
    app: App,
    guest: crate::app::Person,
    task_id: kaucim_tasks::TaskId,
    call: Call,
    reader: Reader,
}

impl Begun {
    async fn new() -> Self {
        let app = App::start(1).await;
        let guest = app.guest().await;
        let task_id = app.ask(guest).await;
        let mut reader = app.read(guest, task_id).await;
        let call = app.model.call().await;
        call.writes(&report_until(&[FIRST, SECOND], 0));
        call.writes("月🌙");
        reader.until_open("月🌙").await;
        Self {
            app,
            guest,
            task_id,
            call,
            reader,
        }
    }

    async fn comes_back(&self, cursor: &str, held: Held) -> Reader {
        let follow = self
            .app
            .follow(self.guest, self.task_id, Some(cursor))
            .await;
        Reader::going_on(follow.unwrap(), held)
    }

    fn sequence(&self) -> u64 {
        let cursor = self.reader.held.cursor.as_ref().unwrap();
        cursor.split('.').next().unwrap().parse().unwrap()
    }
}

#[tokio::test]
async fn an_honest_reader_goes_on_where_it_was() {
    let begun = Begun::new().await;
    let held = begun.reader.held.clone();
    let cursor = held.cursor.clone().unwrap();
    let mut back = begun.comes_back(&cursor, held).await;
    begun.call.writes("x");
    let event = back.next().await.unwrap();
    assert_eq!(
        (&event["type"], &event["token"]),
        (&"llm_streaming".into(), &"x".into())
    );
    assert_eq!(back.open_text(), "月🌙x");
}

#[tokio::test]
async fn a_cursor_that_cannot_be_true_starts_from_the_beginning() {
    let begun = Begun::new().await;
    let sequence = begun.sequence();
    let inside = [1, 2, 4, 5, 6].map(|offset| format!("{sequence}.{offset}"));
    let hostile = ["999999.0", "7", "x.y", "-1.0", "1.99999999999999999999"];
    for cursor in inside.iter().map(String::as_str).chain(hostile) {
        let mut back = begun.comes_back(cursor, Held::default()).await;
        let event = back.next().await.unwrap();
        assert_eq!(event["type"], "reset", "{cursor}");
        back.until_open("月🌙").await;
        assert_eq!(back.held, begun.reader.held, "{cursor}");
    }
}

#[tokio::test]
async fn an_offset_beyond_the_text_waits_for_more() {
    let begun = Begun::new().await;
    let cursor = format!("{}.9", begun.sequence());
    let mut held = begun.reader.held.clone();
    held.cursor = Some(cursor.clone());
    held.open.as_mut().unwrap().2.push_str("ab");
    let mut back = begun.comes_back(&cursor, held).await;
    assert!(back.next_now().is_none());
    begun.call.writes("a");
    begun.call.writes("b");
    begun.call.writes("c");
    let mut token = String::new();
    while !token.ends_with('c') {
        token += back.next().await.unwrap()["token"].as_str().unwrap();
    }
    assert_eq!(token, "c");
    // The end of the section ends the waiting, too.
    let cursor = format!("{}.99", begun.sequence());
    let follow = begun.app.follow(begun.guest, begun.task_id, Some(&cursor));
    let Follow::Frames(mut frames) = follow.await.unwrap() else {
        panic!("the task goes on");
    };
    begun
        .call
        .writes(" It comes, and it takes its time with you.\",");
    let sealed = async {
        loop {
            let frame = frames.next().await.unwrap();
            assert_ne!(frame.name, "llm_streaming");
            if frame.name == "section_completed" {
                return frame;
            }
        }
    };
    let sealed = soon("the sealed section", sealed).await;
    assert_eq!(sealed.cursor.unwrap().offset, 0);
}

#[tokio::test]
async fn a_boundary_voids_an_offset() {
    let mut begun = Begun::new().await;
    let held = begun.reader.held.clone();
    begun.call.writes("\u{65e5}\u{672c}\",\"conclusion\":\"A");
    begun.reader.until("section_reset").await;
    begun.reader.until_open("A").await;
    let cursor = held.cursor.clone().unwrap();
    let mut back = begun.comes_back(&cursor, held).await;
    assert_eq!(back.next().await.unwrap()["type"], "section_reset");
    back.until_open("A").await;
    assert_eq!(back.held, begun.reader.held);
}

#[tokio::test]
async fn a_reader_that_drops_after_every_event_gets_to_the_end() {
    let mut begun = Begun::new().await;
    let mut held = Held::default();
    let rest = words(SECOND).replace('"', "\\\"").replace('\n', "\\n");
    begun.call.writes(&format!("{rest}\""));
    begun
        .call
        .writes(&report(&SectionId::ALL).replacen('{', ",", 1));
    begun.call.does(Does::Finishes);
    begun.reader.reads_to_end().await;
    let mut connections = 0;
    while held.ended.is_none() {
        let cursor = held.cursor.clone().unwrap_or_else(|| "0.0".to_owned());
        let mut back = begun.comes_back(&cursor, held).await;
        back.next().await.unwrap();
        held = back.held;
        connections += 1;
        assert!(connections < 60, "the reader does not get on: {held:?}");
    }
    assert_eq!(held.sealed, begun.reader.held.sealed);
    assert_eq!(
        held.sealed,
        begun.app.sealed(begun.guest, begun.task_id).await
    );
}
