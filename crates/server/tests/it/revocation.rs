//! What is open with a credential ends with it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kaucim_tasks::{KeyTerms, Rotation};
use reqwest::Method;

use crate::{
    app::{TestApp, soon},
    openapi::operations,
    user::{HISTORY, User, answer, stream_path},
};

/// Writes for so long that it is still going on when the test has ended.
const STALLS: &str = "會嗎？ [[sim fault=stall@60]]";

#[tokio::test]
async fn a_stream_ends_cleanly_when_its_key_is_revoked() {
    let app = TestApp::start().await;
    let (asker, other) = (app.key_holder("temple").await, app.key_holder("shop").await);
    let second = app.holder_of(KeyTerms::named("temple")).await;
    let task_id = asker.ask(STALLS).await;
    let others = other.ask(STALLS).await;
    let open = asker.follow(&task_id).await;
    let mut of_second_key = second.follow(&task_id).await;
    let mut of_other = other.follow(&others).await;
    let label: String = asker.secret().chars().take(11).collect();
    let revoked = app.accounts.revoke_key(&label, "a test").await;
    assert_eq!(revoked.expect("it is found").label, label);
    let rest = soon("the stream's end", open.rest()).await;
    assert!(
        !rest.iter().any(|event| event.name == "cancelled"),
        "only the reader's stream ends, not the reading: {rest:?}"
    );
    asker
        .get(&stream_path(&task_id))
        .await
        .assert_problem(401, "unauthenticated");
    // Whoever holds another key reads on, also of the same account.
    for reader in [&mut of_second_key, &mut of_other] {
        reader.until(|event| event.name == "heartbeat").await;
    }
    assert_eq!(second.history().await.len(), 1, "the account keeps its own");
}

#[tokio::test]
async fn a_stream_ends_when_its_key_expires() {
    let app = TestApp::start().await;
    let soon_over = Timestamp::now() + SignedDuration::from_secs(3);
    let asker = app
        .holder_of(KeyTerms {
            expires_at: Some(soon_over),
            ..KeyTerms::named("temple")
        })
        .await;
    let task_id = asker.ask(STALLS).await;
    let open = asker.follow(&task_id).await;
    soon("the stream's end", open.rest()).await;
    assert!(Timestamp::now() >= soon_over, "it was not ended before");
    asker
        .get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
}

fn rotation(old_until: Option<Timestamp>) -> Rotation {
    Rotation {
        expires_at: None,
        old_until,
        actor: "a test".to_owned(),
    }
}

#[tokio::test]
async fn a_stream_ends_with_a_key_that_is_kept_for_a_while_only() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask(STALLS).await;
    let open = asker.follow(&task_id).await;
    let soon_over = Timestamp::now() + Duration::from_secs(2);
    let rotated = app
        .accounts
        .rotate_key(asker.secret(), rotation(Some(soon_over)));
    rotated.await.expect("it is found");
    soon("the stream's end", open.rest()).await;
    asker
        .get(&stream_path(&task_id))
        .await
        .assert_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_rotated_key_leaves_its_place_to_the_next() {
    let app = TestApp::start().await;
    let old = app.key_holder("temple").await;
    let task_id = old.ask("會嗎？").await;
    old.finished(&task_id).await;
    let later = Timestamp::now() + Duration::from_secs(3600);
    let rotated = app.accounts.rotate_key(old.secret(), rotation(Some(later)));
    let new = User::with_key(&app, &rotated.await.expect("it is found"));
    for key in [&old, &new] {
        assert_eq!(key.history().await.len(), 1, "both are good for an hour");
    }
    let rotated = app.accounts.rotate_key(new.secret(), rotation(None)).await;
    let newest = User::with_key(&app, &rotated.expect("it is found"));
    new.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    assert_eq!(newest.history().await.len(), 1, "the history stays");
}

#[tokio::test]
async fn a_key_in_an_address_is_refused_even_beside_a_good_header() {
    let app = TestApp::start().await;
    let asker = app.key_holder("temple").await;
    let task_id = asker.ask("會嗎？").await;
    let key = asker.secret().to_owned();
    for path in [
        format!("{HISTORY}?limit=1&access_token={key}"),
        format!("{HISTORY}?Token=x"),
        format!("{}?anything={key}", stream_path(&task_id)),
        format!("/api/v1/search?q={key}"),
    ] {
        for who in [&asker, &app.nobody()] {
            let problem = who.get(&path).await;
            let problem = problem.assert_problem(401, "credential_in_url");
            assert!(!problem.to_string().contains(&key), "it is not repeated");
        }
    }
}

#[tokio::test]
async fn a_credential_in_an_address_is_refused_on_every_route() {
    let app = TestApp::start().await;
    let guest = app.guest().await;
    let key = app.key_holder("temple").await.secret().to_owned();
    let of_api = operations(&app).await;
    let mut routes: Vec<_> = of_api
        .iter()
        .map(|operation| (operation.method.clone(), operation.filled("x")))
        .collect();
    for page in [
        "/",
        "/docs",
        "/assets/app.js",
        "/sw.js",
        "/favicon.ico",
        "/nowhere",
    ] {
        routes.push((Method::GET, page.to_owned()));
    }
    routes.push((Method::PUT, HISTORY.to_owned()));
    assert!(routes.len() > 30, "there are so many: {}", routes.len());
    for (method, path) in routes {
        for query in [
            "token=x".to_owned(),
            "%6Bey=x".to_owned(),
            "Authorization=Bearer+x".to_owned(),
            format!("q={key}"),
            format!("q={}", guest.secret()),
        ] {
            let request = app
                .nobody()
                .request(method.clone(), &format!("{path}?{query}"));
            let refused = answer(request).await;
            let about = format!("{method} {path}?{query}: {}", refused.body());
            assert_eq!(refused.status, 401, "{about}");
            let problem = refused.assert_problem(401, "credential_in_url");
            assert!(!problem.to_string().contains(&key), "it is not repeated");
        }
    }
}
