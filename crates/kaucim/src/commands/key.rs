//! `kaucim key` and `kaucim account`: who may call the API, also beside a running server.

use std::fmt::Write;

use jiff::Timestamp;
use kaucim_tasks::{
    AccountSummary, Accounts, COMMAND_LINE, KeyError, KeySummary, KeyTerms, Rotation, Scope,
};

use super::open_store;
use crate::{
    arguments::{Account, CreateKey, Key, RotateKey},
    configuration::Configuration,
    exit::Failed,
    moment::Until,
    output,
};

pub(super) async fn run(key: Key, configuration: &Configuration) -> Result<(), Failed> {
    match key {
        Key::Create(wanted) => create(wanted, configuration).await,
        Key::List => list(configuration).await,
        Key::Revoke { key } => {
            let revoked = accounts(configuration)
                .await?
                .revoke_key(&key, COMMAND_LINE)
                .await;
            let revoked = revoked.map_err(not_changed)?;
            output::tell(&format!("{} is revoked: {}", revoked.label, revoked.name));
            Ok(())
        }
        Key::Rotate(wanted) => rotate(wanted, configuration).await,
    }
}

pub(super) async fn run_account(
    account: Account,
    configuration: &Configuration,
) -> Result<(), Failed> {
    match account {
        Account::Create { name } => {
            let created = accounts(configuration)
                .await?
                .create_account(&name, COMMAND_LINE)
                .await;
            let name = name.trim();
            if created.map_err(not_changed)? {
                output::tell(&format!("the account {name} is made"));
                return Ok(());
            }
            Err(Failed::usage(
                format!("there is an account {name} already"),
                "`kaucim account list` shows all",
            ))
        }
        Account::List => list_accounts(configuration).await,
    }
}

async fn create(wanted: CreateKey, configuration: &Configuration) -> Result<(), Failed> {
    let mut scopes = wanted.scope;
    scopes.sort_unstable_by_key(|scope| *scope as u8);
    scopes.dedup();
    let of_name = KeyTerms::named(&wanted.name);
    let terms = KeyTerms {
        account: wanted.account.unwrap_or(wanted.name),
        scopes,
        expires_at: to_come(wanted.expires)?,
        ..of_name
    };
    let key = accounts(configuration).await?.create_key(terms).await;
    output::print(&format!("{}\n", key.map_err(not_changed)?))?;
    Ok(())
}

async fn rotate(wanted: RotateKey, configuration: &Configuration) -> Result<(), Failed> {
    let rotation = Rotation {
        expires_at: to_come(wanted.expires)?,
        old_until: to_come(wanted.keep_old)?,
        actor: COMMAND_LINE.to_owned(),
    };
    let accounts = accounts(configuration).await?;
    let rotated = accounts.rotate_key(&wanted.key, rotation).await;
    output::print(&format!("{}\n", rotated.map_err(not_changed)?))?;
    Ok(())
}

async fn list(configuration: &Configuration) -> Result<(), Failed> {
    let keys = accounts(configuration).await?.keys().await?;
    if keys.is_empty() {
        output::tell("there is no key yet; `kaucim key create --name NAME` makes one");
        return Ok(());
    }
    let now = Timestamp::now();
    let mut text = format!(
        "{:11}  {:10}  {:10}  {:14}  {:20}  {}\n",
        "KEY", "MADE", "ENDS", "MAY", "NAME", "ACCOUNT"
    );
    for key in keys {
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "{:11}  {:10}  {:10}  {:14}  {:20}  {}",
            key.label,
            day(key.created_at),
            end(&key, now),
            scopes(&key.scopes),
            key.name,
            key.account
        );
    }
    output::print(&text)?;
    Ok(())
}

async fn list_accounts(configuration: &Configuration) -> Result<(), Failed> {
    let all = accounts(configuration).await?.accounts().await?;
    if all.is_empty() {
        output::tell("there is no account yet; `kaucim key create --name NAME` makes one");
        return Ok(());
    }
    let mut text = format!(
        "{:20}  {:>5}  {:>8}  {:10}  {}\n",
        "ACCOUNT", "KEYS", "READINGS", "MADE", "ID"
    );
    for account in all {
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "{:20}  {:>5}  {:>8}  {:10}  {}",
            called(&account),
            account.keys,
            account.tasks,
            day(account.created_at),
            account.account_id
        );
    }
    output::print(&text)?;
    Ok(())
}

/// An account's name; whoever an identity provider vouches for may be called as any other.
fn called(account: &AccountSummary) -> String {
    match &account.issuer {
        Some(issuer) => format!("{} ({issuer})", account.name),
        None => account.name.clone(),
    }
}

/// When a key ends or has ended, in one word.
fn end(key: &KeySummary, now: Timestamp) -> String {
    match (key.revoked_at, key.expires_at) {
        (Some(_), _) => "revoked".to_owned(),
        (None, Some(at)) if at <= now => "expired".to_owned(),
        (None, Some(at)) => day(at),
        (None, None) => "never".to_owned(),
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn scopes(scopes: &[Scope]) -> String {
    let names: Vec<_> = scopes.iter().map(|scope| scope.name()).collect();
    names.join(",")
}

async fn accounts(configuration: &Configuration) -> Result<Accounts, Failed> {
    Ok(Accounts::new(open_store(configuration).await?))
}

fn to_come(until: Option<Until>) -> Result<Option<Timestamp>, Failed> {
    let Some(until) = until else { return Ok(None) };
    let at = until.from(Timestamp::now()).ok_or_else(|| {
        Failed::usage(
            "a key cannot end in the past",
            "name a time such as 90d, or a date to come",
        )
    })?;
    Ok(Some(at))
}

/// What is told where no key or account was made or changed.
pub(super) fn not_changed(error: KeyError) -> Failed {
    match error {
        KeyError::Name(_) => Failed::usage(error, "choose one such as --name website"),
        KeyError::NotFound(_) => Failed::usage(error, "`kaucim key list` shows all keys"),
        KeyError::Ambiguous(..) => Failed::usage(
            error,
            "say which one by its beginning, as `kaucim key list` shows it",
        ),
        KeyError::Store(error) => error.into(),
    }
}
