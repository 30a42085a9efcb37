//! Keys, guests and what they may do.

use kaucim_tasks::{Accounts, Scope, Store};

use crate::app::App;

#[tokio::test]
async fn a_key_is_good_until_its_account_is_erased() {
    let app = App::start(0).await;
    let key = app.accounts.create_key("temple").await.unwrap();
    let principal = app.accounts.authenticate(&key).await.unwrap().unwrap();
    assert!(!principal.is_guest && principal.may(Scope::Admin));
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
    let keys = futures::future::join_all((0..8).map(|_| app.accounts.create_key("temple"))).await;
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
        beside.create_key("temple"),
        app.submit(crate::app::submission(app.guest().await))
    );
    asked.unwrap();
    let key = key.unwrap();
    assert!(app.accounts.authenticate(&key).await.unwrap().is_some());
    drop(beside);
    app.ask(app.guest().await).await;
}
