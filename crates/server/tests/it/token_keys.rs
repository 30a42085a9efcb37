//! The keys of an identity provider: which of them count, for what, and how long.

use std::time::Duration;

use jsonwebtoken::Algorithm;
use kaucim_server::IssuerKeys;
use reqwest::Method;
use serde_json::json;

use crate::{
    app::soon,
    provider::{Provider, claims, signed},
    reader::Reader,
    user::{HISTORY, User, stream_path, task_path},
};

#[tokio::test]
async fn keys_that_the_provider_replaces_are_replaced_here() {
    let (provider, next) = (Provider::new(), Provider::new());
    let app = provider.app().await;
    let token = next.token(&claims());
    let mei = User::with_key(&app, &token);
    let missed = provider.keys.missed();
    mei.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    let unknown = signed(Algorithm::ES256, Some("new"), &claims(), &next.elliptic);
    User::with_key(&app, &unknown).get(HISTORY).await;
    soon("somebody to be told of an unknown key", missed).await;
    let old = User::with_key(&app, &provider.token(&claims()));
    for no_set in [&b""[..], b"{}", br#"{"keys":7}"#] {
        assert!(provider.keys.replace(no_set).is_err());
        assert_eq!(old.get(HISTORY).await.status, 200, "what was known stays");
    }
    let count = provider.keys.replace(&next.published(&json!({})));
    assert_eq!(count.expect("a set"), 1);
    assert_eq!(mei.get(HISTORY).await.status, 200);
}

#[tokio::test]
async fn a_key_that_is_for_something_else_checks_nothing() {
    let provider = Provider::new();
    let app = provider.app().await;
    let mei = User::with_key(&app, &provider.token(&claims()));
    for good in [
        json!({ "use": "sig", "key_ops": ["verify"], "alg": "ES256" }),
        json!({ "key_ops": ["sign", "verify"] }),
        json!({}),
    ] {
        provider
            .keys
            .replace(&provider.published(&good))
            .expect("a set");
        assert_eq!(mei.get(HISTORY).await.status, 200, "{good}");
    }
    for other in [
        json!({ "use": "enc" }),
        json!({ "use": "other" }),
        json!({ "key_ops": ["sign"] }),
        json!({ "key_ops": [] }),
        json!({ "use": "sig", "key_ops": ["deriveKey"] }),
        json!({ "alg": "ES384" }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "ECDH-ES" }),
    ] {
        let set = provider.published(&other);
        assert!(provider.keys.replace(&set).is_err(), "{other}");
        mei.get(HISTORY)
            .await
            .assert_problem(401, "unauthenticated");
    }
    for none in [
        br#"{"keys":[]}"#.as_slice(),
        br#"{"keys":[{"kty":"oct","k":"AA"}]}"#,
    ] {
        let set = provider.published(&json!({}));
        provider.keys.replace(&set).expect("a set");
        assert_eq!(mei.get(HISTORY).await.status, 200);
        assert!(
            provider.keys.replace(none).is_err(),
            "who has one misses it"
        );
        mei.get(HISTORY)
            .await
            .assert_problem(401, "unauthenticated");
    }
    // Of another curve, it is for another algorithm.
    let set = provider.published(&json!({ "crv": "P-384" }));
    provider.keys.replace(&set).expect("a set");
    mei.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    // One that nobody here knows is in nobody's way.
    let set = String::from_utf8(provider.published(&json!({}))).expect("text");
    let strange = r#"{"keys":[{"kty":"NEW","alg":"X"},{"kty":"EC","alg":7},null,"#;
    let set = set.replacen("{\"keys\":[", strange, 1);
    assert_eq!(provider.keys.replace(set.as_bytes()).expect("a set"), 1);
    assert_eq!(mei.get(HISTORY).await.status, 200);
}

#[tokio::test]
async fn a_stream_ends_with_the_key_that_signed_its_token() {
    let (provider, next) = (Provider::new(), Provider::new());
    let app = provider.app().await;
    let mei = User::with_key(&app, &provider.token(&claims()));
    let task_id = mei.ask("會嗎？ [[sim fault=stall@60]]").await;
    let temple = app.key_holder("temple").await;
    let others = temple.ask("會嗎？ [[sim fault=stall@60]]").await;
    let by_new_ticket = async || {
        let path = format!("{}/ticket", task_path(&task_id));
        let ticket = mei.post(&path, None).await.json()["ticket"].clone();
        let ticket = ticket.as_str().expect("a ticket").to_owned();
        format!("{}?ticket={ticket}", stream_path(&task_id))
    };
    let (path, unused) = (by_new_ticket().await, by_new_ticket().await);
    let by_ticket = Reader::open(app.nobody().request(Method::GET, &path)).await;
    let open = mei.follow(&task_id).await;
    let mut of_temple = temple.follow(&others).await;
    // The provider withdraws it.
    let set = next.published(&json!({ "kid": "next" }));
    provider.keys.replace(&set).expect("a set");
    mei.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    soon("the end of the stream", open.rest()).await;
    soon("the end of the stream by ticket", by_ticket.rest()).await;
    app.nobody()
        .get(&unused)
        .await
        .assert_problem(401, "unauthenticated");
    of_temple.until(|event| event.name == "heartbeat").await;
}

#[tokio::test]
async fn keys_that_could_not_be_read_for_too_long_are_believed_no_more() {
    let mut provider = Provider::new();
    let set = provider.published(&json!({}));
    provider.keys = IssuerKeys::believed_for(Duration::from_secs(3));
    let app = provider.app().await;
    let mei = User::with_key(&app, &provider.token(&claims()));
    mei.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    assert!(provider.keys.are_too_old(), "none was ever read");
    provider.keys.replace(&set).expect("a set");
    let task_id = mei.ask("會嗎？ [[sim fault=stall@60]]").await;
    let open = mei.follow(&task_id).await;
    soon("the end of the stream", open.rest()).await;
    assert!(provider.keys.are_too_old());
    mei.get(HISTORY)
        .await
        .assert_problem(401, "unauthenticated");
    provider.keys.replace(&set).expect("a set");
    assert_eq!(mei.get(HISTORY).await.status, 200, "they are read again");
}
