//! Keys, guests and what they may do.

use std::time::Duration;

use jiff::Timestamp;
use kaucim_tasks::{
    Accounts, DrawError, KeyError, KeyTerms, Rotation, Scope, StoreError, SubmitError, Vouched,
};

use crate::{
    app::{App, Person, open_in, submission},
    draws::request,
};

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
    let beside = Accounts::new(open_in(app.path()).await);
    let (key, asked) = tokio::join!(
        beside.create_key(KeyTerms::named("temple")),
        app.submit(submission(app.guest().await))
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
        (
            "key_revoked",
            "kc_operator",
            format!("{second_label} (temple)"),
        ),
        (
            "key_rotated",
            "kc_operator",
            format!("{first_label} by {second_label} (temple)"),
        ),
        (
            "key_created",
            "command line",
            format!("{first_label} (temple)"),
        ),
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

fn vouched(subject: &str) -> Vouched {
    Vouched {
        issuer: "https://login.example".to_owned(),
        subject: subject.to_owned(),
        scopes: vec![Scope::Ask],
        until: Timestamp::now() + Duration::from_secs(3600),
        signed_with: "a key".to_owned(),
    }
}

#[tokio::test]
async fn whoever_is_vouched_for_pays_from_one_purse_whatever_is_erased() {
    let app = App::start(0).await;
    let before = app.accounts.vouched(vouched("mei")).await.unwrap();
    app.tasks.erase_account(before.account_id).await.unwrap();
    let after = app.accounts.vouched(vouched("mei")).await.unwrap();
    assert_ne!(after.account_id, before.account_id, "nothing is left");
    let purse = before.credential.budget_id();
    assert_eq!(after.credential.budget_id(), purse);
    assert!(!purse.contains("mei"), "it names nobody");
    for other in ["mei ", "me"] {
        let other = app.accounts.vouched(vouched(other)).await.unwrap();
        assert_ne!(other.credential.budget_id(), purse);
    }
}

#[tokio::test]
async fn a_purse_is_called_so_by_one_installation_alone() {
    let (here, elsewhere) = (App::start(0).await, App::start(0).await);
    let of_here = here.accounts.vouched(vouched("mei")).await.unwrap();
    let of_elsewhere = elsewhere.accounts.vouched(vouched("mei")).await.unwrap();
    assert_ne!(
        of_here.credential.budget_id(),
        of_elsewhere.credential.budget_id(),
        "whoever guesses a name cannot make the purse's of it"
    );
}

#[tokio::test]
async fn whoever_is_vouched_for_shares_no_account_with_a_key_of_that_name() {
    let app = App::start(0).await;
    let of_key = async |name: &str| {
        let key = app
            .accounts
            .create_key(KeyTerms::named(name))
            .await
            .unwrap();
        let holder = app.accounts.authenticate(&key).await.unwrap();
        holder.unwrap().account_id
    };
    // Whichever comes first.
    let mei = app.accounts.vouched(vouched("mei")).await.unwrap();
    assert_ne!(of_key("mei").await, mei.account_id);
    let ling = of_key("ling").await;
    let other = app.accounts.vouched(vouched("ling")).await.unwrap();
    assert_ne!(ling, other.account_id);
    assert_eq!(of_key("ling").await, ling);
    assert!(!app.accounts.create_account("mei", "a test").await.unwrap());
    assert!(app.accounts.create_account("lan", "a test").await.unwrap());
    let lan = app.accounts.vouched(vouched("lan")).await.unwrap();
    let listed = app.accounts.accounts().await.unwrap();
    assert_eq!(listed.len(), 6);
    let of_people = listed.iter().filter(|account| account.issuer.is_some());
    assert_eq!(of_people.count(), 3, "lists tell them apart");
    // Nobody's name outlives their account.
    let person = Person {
        account_id: lan.account_id,
        is_guest: false,
    };
    app.ask(person).await;
    app.tasks.erase_account(lan.account_id).await.unwrap();
    app.tasks.erase_account(ling).await.unwrap();
    let audit = app.accounts.audit(None, 2).await.unwrap();
    assert_eq!(audit[0].object, format!("{ling} (ling)"));
    assert_eq!(audit[1].object, lan.account_id.to_string());
}

#[tokio::test]
async fn whoever_comes_and_goes_with_nothing_does_not_fill_the_audit() {
    let app = App::start(0).await;
    app.accounts
        .create_account("temple", "a test")
        .await
        .unwrap();
    for _ in 0..3 {
        let mei = app.accounts.vouched(vouched("mei")).await.unwrap();
        app.tasks.erase_account(mei.account_id).await.unwrap();
    }
    let audit = app.accounts.audit(None, 9).await.unwrap();
    let acts: Vec<_> = audit.iter().map(|entry| entry.act.as_str()).collect();
    assert_eq!(acts, ["account_created"]);
}

#[tokio::test]
async fn nothing_is_kept_for_an_account_that_was_erased_meanwhile() {
    let app = App::start(0).await;
    let (guest, _) = app.accounts.open_guest().await.unwrap();
    let person = Person {
        account_id: guest.account_id,
        is_guest: true,
    };
    app.tasks.erase_account(guest.account_id).await.unwrap();
    let asked = app.submit(submission(person)).await.unwrap_err();
    assert!(
        matches!(asked, SubmitError::Store(StoreError::AccountGone)),
        "{asked:?}"
    );
    let drawn = app.tasks.draw(request(person, None)).await.unwrap_err();
    assert!(
        matches!(drawn, DrawError::Store(StoreError::AccountGone)),
        "{drawn:?}"
    );
    let handed = app.accounts.handoff(&guest).await.unwrap_err();
    assert!(matches!(handed, StoreError::AccountGone), "{handed:?}");
}

#[tokio::test]
async fn what_looks_like_something_else_is_no_name() {
    let app = App::start(0).await;
    for bad in [
        "",
        " ",
        "a\nb",
        "shop\u{202e}x",
        "shop\u{200b}",
        "kc_00000000",
    ] {
        let as_key = app.accounts.create_key(KeyTerms::named(bad)).await;
        assert!(matches!(as_key, Err(KeyError::Name(_))), "{bad:?}");
        let as_account = KeyTerms {
            account: bad.to_owned(),
            ..KeyTerms::named("shop")
        };
        let as_account = app.accounts.create_key(as_account).await;
        assert!(matches!(as_account, Err(KeyError::Name(_))), "{bad:?}");
        let alone = app.accounts.create_account(bad, "a test").await;
        assert!(matches!(alone, Err(KeyError::Name(_))), "{bad:?}");
    }
    let long = "籤".repeat(65);
    assert!(app.accounts.create_account(&long, "a test").await.is_err());
    assert!(
        app.accounts
            .create_account(&long[3..], "a test")
            .await
            .unwrap()
    );
    assert_eq!(app.accounts.keys().await.unwrap(), []);
}

#[tokio::test]
async fn a_key_that_is_named_like_another_is_in_nobody_s_way() {
    let app = App::start(0).await;
    let make = async |name: &str| {
        app.accounts
            .create_key(KeyTerms::named(name))
            .await
            .unwrap()
    };
    let (first, second) = (make("shop").await, make("temple").await);
    let label = &first[..11];
    // As an earlier version would have let somebody name it.
    let rename = format!("UPDATE keys SET name = '{label}' WHERE name = 'temple'");
    app.hand().run(&rename);
    let revoked = app.accounts.revoke_key(label, "a test").await.unwrap();
    assert_eq!(revoked.name, "shop", "a label counts before a name");
    // A key itself counts before both.
    let revoked = app.accounts.revoke_key(&second, "a test").await.unwrap();
    assert_eq!(revoked.label, second[..11]);
}
