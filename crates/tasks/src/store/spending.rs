//! What was spent of the daily budgets: readings as they are accepted, tokens by a trigger.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, submit::Refusal};
use crate::budget::{DailyBudget, Purse};

/// For how many days it is remembered what was spent.
const REMEMBERED_DAYS: i64 = 31;

impl Store {
    /// Readings and tokens of a day that are paid from one budget.
    pub(crate) async fn spent(
        &self,
        day: i64,
        budget_id: &'static str,
    ) -> Result<(u64, u64), StoreError> {
        self.read(move |connection| Ok(spent(connection, day, budget_id)?))
            .await
    }

    /// Forgets what was spent long ago.
    pub(crate) async fn delete_spending(&self, today: i64) -> Result<usize, StoreError> {
        self.write(move |connection| {
            Ok(connection
                .prepare_cached("DELETE FROM spending WHERE day < ?1")?
                .execute([today - REMEMBERED_DAYS])?)
        })
        .await
    }
}

/// Pays for one reading, unless somebody who has to has nothing left.
pub(super) fn pay(connection: &Connection, purse: &Purse) -> Result<(), Refusal> {
    for (whose, budget_id, DailyBudget { readings, tokens }) in purse.payers() {
        if readings.is_none() && tokens.is_none() {
            continue;
        }
        let (read, written) = spent(connection, purse.day, budget_id)?;
        let is_spent =
            readings.is_some_and(|most| read >= most) || tokens.is_some_and(|most| written >= most);
        if is_spent {
            return Err(Refusal::BudgetSpent(whose));
        }
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO spending (day, budget_id, readings, tokens) VALUES (?1, ?2, 1, 0)
         ON CONFLICT (day, budget_id) DO UPDATE SET readings = readings + 1",
    )?;
    for (_, budget_id, _) in purse.payers() {
        statement.execute(params![purse.day, budget_id])?;
    }
    Ok(())
}

fn spent(
    connection: &Connection,
    day: i64,
    budget_id: &str,
) -> Result<(u64, u64), rusqlite::Error> {
    let found = connection
        .prepare_cached("SELECT readings, tokens FROM spending WHERE day = ?1 AND budget_id = ?2")?
        .query_row(params![day, budget_id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}
