//! Histories, page by page.

use crate::app::App;

#[tokio::test]
async fn a_history_is_read_in_pages() {
    let app = App::start(0).await;
    let temple = app.key_holder("temple").await;
    let mut asked = Vec::new();
    for _ in 0..7 {
        asked.push(app.ask(temple).await);
    }
    app.ask(app.guest().await).await;
    asked.reverse();
    let mut read = Vec::new();
    let mut before = None;
    loop {
        let page = app
            .tasks
            .history(temple.account_id, before, 3)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        before = Some(last.task_id);
        read.extend(page.into_iter().map(|summary| summary.task_id));
    }
    assert_eq!(read, asked, "newest first, each once, nobody else's");
}
