//! A reader whose connection drops after every single event loses nothing.

use crate::{
    app::TestApp,
    events::Page,
    reader::Reader,
    user::{User, answer, stream_path},
};
use reqwest::Method;

/// Reads the task to its end, one connection an event.
async fn read_by_single_events(user: &User, task_id: &str) -> (Page, usize) {
    let path = format!("{}?partial_text=off", stream_path(task_id));
    let mut page = Page::default();
    let mut connections = 0;
    while page.end.is_none() {
        let mut request = user.request(Method::GET, &path);
        if !page.cursor.is_empty() {
            request = request.header("last-event-id", &page.cursor);
        }
        let mut reader = Reader::open(request).await;
        connections += 1;
        let before = page.cursor.clone();
        // An announcement has the cursor of what came before it, so the next event comes along.
        while page.cursor == before && page.end.is_none() {
            let event = reader
                .next()
                .await
                .expect("a stream ends after its terminal event");
            page.take(&event);
        }
    }
    let at_the_end = user
        .request(Method::GET, &path)
        .header("last-event-id", &page.cursor);
    assert_eq!(
        answer(at_the_end).await.status,
        204,
        "there is nothing more"
    );
    (page, connections)
}

#[tokio::test]
async fn a_connection_for_every_event_rebuilds_the_same_reading() {
    let app = TestApp::start().await;
    let asker = app.guest().await;
    for settings in [
        "rate=400",
        "rate=600 fault=cut@challenges times=1",
        "rate=0",
    ] {
        let task_id = asker
            .ask(&format!("這段感情會有結果嗎？ [[sim {settings}]]"))
            .await;
        let (page, connections) = read_by_single_events(&asker, &task_id).await;
        page.assert_complete();
        assert_eq!(page.resets, 0, "{settings}: no reader has to start again");
        let whole = asker.follow(&task_id).await.page().await;
        assert_eq!(page.sealed, whole.sealed, "{settings}");
        assert_eq!(page.result(), whole.result(), "{settings}");
        assert!(connections > 10, "{settings}: {connections} connections");
    }
}
