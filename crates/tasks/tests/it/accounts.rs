//! Keys, guests and what they may do.

use std::time::Duration;

use jiff::Timestamp;
use kaucim_tasks::{Accounts, KeyError, KeyTerms, Rotation, Scope, Store, Vouched};

use crate::app::App;

#[tokio::test]
async fn a_key_is_good_until_its_account_is_erased() {
    let app = App::start(0).await;
    let key = app
        .accounts
        .create_key(KeyTerms::named("temple"))
        .await
        .unwrap();
    let principal = app.accounts.authenticate(&key).await.unwrap().unwrap();
    assert!(!principal.is_guest && principal.may(Scope::Ask) && !principal.may(Scope::Admin));
    for wrong in ["", "kc_", &key[..key.len() - 1], &key.to_uppercase()] {
        assert_eq!(app.accounts.authenticate(wrong).await.unwrap(), None);
    }
    let (guest, secret) = app.accounts.open_guest().await.unwrap();
    assert_eq!(
        app.accounts.authenticate(&secret).await.unwrap(),
        Some(guest.clone())
    );
    assert!(guest.is_guest && guest.may(Scope::Ask) && !guest.may(Scope::Admin));
    app.tasks.erase_account(guest.account_id).await.unwrap();
    assert_eq!(app.accounts.authenticate(&secret).await.unwrap(), None);
    assert!(app.accounts.authenticate(&key).await.unwrap().is_some());
}

#[tokio::test]
async fn a_new_key_of_the_same_name_is_of_the_same_account() {
    let app = App::start(0).await;
    let keys = futures::future::join_all(
        (0..8).map(|_| app.accounts.create_key(KeyTerms::named("temple"))),
    )
    .await;
    let mut accounts = Vec::new();
    for key in keys {
        let principal = app.accounts.authenticate(&key.unwrap()).await.unwrap();
        accounts.push(principal.unwrap().account_id);
    }
    accounts.dedup();
    assert_eq!(accounts.len(), 1);
    assert_eq!(app.accounts.create_first_key().await.unwrap(), None);
}

#[tokio::test]
async fn a_key_can_be_made_beside_a_running_server() {
    let app = App::start(1).await;
    let guest = app.guest().await;
    app.ask(guest).await;
    let beside = Accounts::new(Store::open(app.path()).unwrap());
    let (key, asked) = tokio::join!(
        beside.create_key(KeyTerms::named("temple")),
        app.submit(crate::app::submission(app.guest().await))
    );
    asked.unwrap();
    let key = key.unwrap();
    assert!(app.accounts.authenticate(&key).await.unwrap().is_some());
    drop(beside);
    app.ask(app.guest().await).await;
}

#[tokio::test]
async fn what_is_done_to_keys_is_recorded_and_says_no_secret() {
    let app = App::start(0).await;
    let first = app.accounts.create_key(KeyTerms::named("temple")).await;
    let first = first.unwrap();
    let rotation = Rotation {
        expires_at: None,
        old_until: None,
        actor: "kc_operator".to_owned(),
    };
    let second = app.accounts.rotate_key(&first, rotation).await.unwrap();
    app.accounts
        .revoke_key("temple", "kc_operator")
        .await
        .unwrap();
    app.accounts
        .create_account("shop", "kc_operator")
        .await
        .unwrap();
    app.accounts
        .create_account("shop", "kc_operator")
        .await
        .unwrap();
    let not_there = app.accounts.revoke_key("nobody", "kc_operator").await;
    assert!(matches!(not_there, Err(KeyError::NotFound(name)) if name == "nobody"));
    let audit = app.accounts.audit(None, 10).await.unwrap();
    let acts: Vec<_> = audit
        .iter()
        .map(|entry| {
            (
                entry.act.as_str(),
                entry.actor.as_str(),
                entry.object.clone(),
            )
        })
        .collect();
    let (first_label, second_label) = (&first[..11], &second[..11]);
    let expected = [
        ("account_created", "kc_operator", "shop".to_owned()),
        ("key_revoked", "kc_operator", second_label.to_owned()),
        (
            "key_rotated",
            "kc_operator",
            format!("{first_label} by {second_label}"),
        ),
        ("key_created", "command line", first_label.to_owned()),
    ];
    assert_eq!(acts, expected);
    let older = app.accounts.audit(Some(audit[1].id), 1).await.unwrap();
    assert_eq!(older, audit[2..3]);
    assert_eq!(app.accounts.keys().await.unwrap().len(), 2);
    assert_eq!(app.accounts.accounts().await.unwrap().len(), 2);
}

#[tokio::test]
async fn only_what_was_revoked_or_erased_or_has_expired_has_ended() {
    let app = App::start(0).await;
    let mut held = Vec::new();
    let mut secrets = Vec::new();
    for name in ["stays", "revoked", "ends"] {
        let secret = app
            .accounts
            .create_key(KeyTerms::named(name))
            .await
            .unwrap();
        let principal = app.accounts.authenticate(&secret).await.unwrap();
        held.push(principal.unwrap().credential);
        secrets.push(secret);
    }
    let (guest, _) = app.accounts.open_guest().await.unwrap();
    held.push(guest.credential.clone());
    let (ended, changes) = app.accounts.ended(held.clone(), 0).await.unwrap();
    assert_eq!(ended, []);
    app.accounts.revoke_key("revoked", "a test").await.unwrap();
    app.tasks.erase_account(guest.account_id).await.unwrap();
    let (ended, later) = app.accounts.ended(held.clone(), changes).await.unwrap();
    assert_eq!(ended, [held[1].clone(), held[3].clone()]);
    assert!(later > changes);
    let (unchanged, same) = app.accounts.ended(held, later).await.unwrap();
    assert_eq!((unchanged, same), (Vec::new(), later), "told once");
}

#[tokio::test]
async fn whoever_is_vouched_for_pays_from_one_purse_whatever_is_erased() {
    let app = App::start(0).await;
    let vouched = |subject: &str| Vouched {
        issuer: "https://login.example".to_owned(),
        subject: subject.to_owned(),
        scopes: vec![Scope::Ask],
        until: Timestamp::now() + Duration::from_secs(3600),
    };
    let before = app.accounts.vouched(vouched("mei")).await.unwrap();
    app.tasks.erase_account(before.account_id).await.unwrap();
    let after = app.accounts.vouched(vouched("mei")).await.unwrap();
    assert_ne!(after.account_id, before.account_id, "nothing is left");
    let purse = before.credential.budget_id();
    assert_eq!(after.credential.budget_id(), purse);
    assert!(!purse.contains("mei"), "it names nobody");
    let other = app.accounts.vouched(vouched("mei ")).await.unwrap();
    assert_ne!(other.credential.budget_id(), purse);
}
