//! What is typed about accounts and keys.

use clap::{Args, Subcommand};
use kaucim_tasks::Scope;

use crate::moment::Until;

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Make an account that has no key yet
    Create {
        /// What the account is called
        #[arg(long)]
        name: String,
    },
    /// List the accounts, with their keys and readings
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a key and print it, alone, on standard output; it is shown this once
    Create(CreateKey),
    /// List all keys, by the beginning of each
    List,
    /// End a key for good, and all that is open with it
    Revoke {
        /// The beginning of the key as `kaucim key list` shows it, its name, or the key itself
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Make a key in the place of another, of the same account, and print it
    Rotate(RotateKey),
}

#[derive(Debug, Args)]
pub(crate) struct CreateKey {
    /// What the key is called
    #[arg(long)]
    pub name: String,
    /// Account that the key belongs to; made if there is none of that name [default: the name]
    #[arg(long)]
    pub account: Option<String>,
    /// What it may do: ask, read, admin
    #[arg(
        long,
        value_name = "SCOPES",
        value_delimiter = ',',
        default_value = "ask,read"
    )]
    pub scope: Vec<Scope>,
    /// When it ends: after a time such as 12h or 90d, or on a date such as 2027-01-31 (UTC)
    /// [default: never]
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<Until>,
}

#[derive(Debug, Args)]
pub(crate) struct RotateKey {
    /// The beginning of the key as `kaucim key list` shows it, its name, or the key itself
    #[arg(value_name = "KEY")]
    pub key: String,
    /// When the new key ends [default: after as long as the old one was to last]
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<Until>,
    /// Until when the old key stays good, such as 1h [default: it ends at once]
    #[arg(long, value_name = "WHEN")]
    pub keep_old: Option<Until>,
}
