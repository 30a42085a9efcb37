//! The PostgreSQL that nodes share while they are measured: a schema for each measurement, and
//! what the server has done so far.

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::process::family_cpu_us;

/// A schema of a server, which is gone with it.
#[derive(Debug)]
pub(crate) struct Database {
    /// Of the server, with a question mark in it.
    server: String,
    schema: String,
}

/// What a server has done so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done {
    pub(crate) transactions: f64,
    /// Those that have changed something.
    pub(crate) writes: f64,
    /// Of its log, which it writes ahead.
    pub(crate) log_bytes: f64,
    /// Of all its processes.
    pub(crate) cpu_us: f64,
}

impl Database {
    /// Makes an empty schema.
    ///
    /// # Errors
    /// There is no `psql`, or the server does not answer.
    pub(crate) async fn new(server: Option<&str>, schema: &str) -> anyhow::Result<Self> {
        let server = server.context("rows of several nodes need --database")?;
        ensure!(server.contains('?'), "the address needs a `?` in it");
        let database = Self {
            server: server.to_owned(),
            schema: schema.to_owned(),
        };
        let made = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        database.ask(&made).await?;
        Ok(database)
    }

    /// As `--database` takes it.
    pub(crate) fn url(&self) -> String {
        let Self { server, schema } = self;
        format!("{server}&options=-csearch_path%3D{schema}")
    }

    pub(crate) async fn done(&self) -> anyhow::Result<Done> {
        let answer = self
            .ask(
                "SELECT xact_commit + xact_rollback || ' ' || pg_current_xact_id()::text || ' '
                    || (pg_current_wal_lsn() - '0/0')::text || ' '
                    || split_part(pg_read_file('postmaster.pid'), E'\\n', 1)
                 FROM pg_stat_database WHERE datname = current_database()",
            )
            .await?;
        let mut numbers = answer.split_whitespace();
        let mut next = || numbers.next().context("the server's figures are not whole");
        Ok(Done {
            transactions: next()?.parse()?,
            writes: next()?.parse()?,
            log_bytes: next()?.parse()?,
            cpu_us: family_cpu_us(next()?.parse()?)?,
        })
    }

    async fn ask(&self, sql: &str) -> anyhow::Result<String> {
        let mut psql = Command::new("psql");
        psql.args([&self.server, "-qtAc", sql]);
        let output = psql.output().await.context("failed to start psql")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{complaint}");
        Ok(String::from_utf8(output.stdout)?)
    }
}
