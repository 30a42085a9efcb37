//! One connection to the server, with the statements that it has understood before.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    time::Duration,
};

use tokio::{runtime::Handle, time::timeout};
use tokio_postgres::{Client, Row, SimpleQueryMessage, Statement, error::SqlState, types::ToSql};

use super::{
    super::{StoreError, value::Value},
    url::DatabaseUrl,
};

/// How long to wait for an answer. The server breaks off a statement sooner, so this only says
/// that nobody is there any more.
const ANSWER: Duration = Duration::from_secs(20);

/// What a connection is told first. Statements and waits are broken off, and so is a transaction
/// whose node has gone silent, so that nobody waits for it.
const SETTINGS: &str = "SET statement_timeout = '10s'; SET lock_timeout = '8s';
    SET idle_in_transaction_session_timeout = '15s'; SET synchronous_commit = 'on'";

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// A connection to the server.
pub(crate) struct Session {
    client: Client,
    /// Of the runtime that carries its bytes.
    carrier: Handle,
    statements: RefCell<HashMap<String, Statement>>,
    /// A statement has failed, so that nothing of this transaction can be kept.
    has_failed: Cell<bool>,
    /// It is not to be used again.
    is_lost: Cell<bool>,
}

impl Session {
    pub(super) fn connect(url: &DatabaseUrl, carrier: &Handle) -> Result<Self, StoreError> {
        let connect = async {
            let connecting = url.settings().connect(url.tls());
            let connected = timeout(ANSWER, connecting).await;
            Ok::<_, StoreError>(connected.map_err(|_| StoreError::Closed)??)
        };
        let (client, connection) = carrier.block_on(connect)?;
        // It ends with its client, or with the runtime.
        carrier.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "a connection to the database has ended");
            }
        });
        let session = Self {
            client,
            carrier: carrier.clone(),
            statements: RefCell::default(),
            has_failed: Cell::new(false),
            is_lost: Cell::new(false),
        };
        session.batch(SETTINGS)?;
        Ok(session)
    }

    /// Whether it can be used again.
    pub(super) fn is_good(&self) -> bool {
        !self.is_lost.get() && !self.client.is_closed()
    }

    pub(super) fn begin(&self, access: Access) -> Result<(), StoreError> {
        self.has_failed.set(false);
        self.batch(match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // What must not be done twice at once takes a lock, and what waited for one sees what
            // the other has done.
            Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        })
    }

    /// Ends the transaction, and keeps what it did if that is wanted and possible. Returns what
    /// other nodes are to be told of it.
    pub(super) fn end(&self, keeps: bool) -> Result<String, StoreError> {
        if keeps && !self.has_failed.get() {
            return self.commit();
        }
        if self.batch("ROLLBACK").is_err() {
            self.is_lost.set(true);
        }
        if keeps {
            // A statement has failed and nobody minded; the server would forget everything.
            return Err(StoreError::Undone);
        }
        Ok(String::new())
    }

    fn commit(&self) -> Result<String, StoreError> {
        // Both in one round trip.
        let noted = "SELECT current_setting('kaucim.hints', true); COMMIT";
        let answers = self.wait(self.client.simple_query(noted))?;
        let hints = answers.iter().find_map(|answer| match answer {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(hints.unwrap_or_default().to_owned())
    }

    pub(in crate::store) fn execute(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<usize, StoreError> {
        let statement = self.prepared(sql)?;
        let values = parameters(values);
        let changed = self.wait(self.client.execute(&statement, &values))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    pub(in crate::store) fn query(
        &self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepared(sql)?;
        let values = parameters(values);
        self.wait(self.client.query(&statement, &values))
    }

    /// Runs statements that take and return nothing.
    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.wait(self.client.batch_execute(sql))
    }

    fn prepared(&self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        // No statement holds a question mark that is none of these.
        let statement = self.wait(self.client.prepare(&sql.replace('?', "$")))?;
        let mut statements = self.statements.borrow_mut();
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        let answered = self
            .carrier
            .block_on(async { timeout(ANSWER, answer).await });
        let error = match answered {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => {
                if is_elsewhere(&error) {
                    self.is_lost.set(true);
                }
                error.into()
            }
            Err(_) => {
                self.is_lost.set(true);
                StoreError::Closed
            }
        };
        self.has_failed.set(true);
        Err(error)
    }
}

/// Whether this server is not the one to write to any more: another has become the primary.
fn is_elsewhere(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}

fn parameters<'a>(values: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    let values = values.iter();
    values.map(|value| value as &(dyn ToSql + Sync)).collect()
}
