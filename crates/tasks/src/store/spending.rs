//! What was spent of the daily budgets: readings as they are accepted, tokens by a trigger.

use super::{
    Store, StoreError,
    connection::{Connection, Lock},
    submit::Refusal,
};
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
        self.read(move |connection| spent(connection, day, budget_id))
            .await
    }

    /// Forgets what was spent long ago.
    pub(crate) async fn delete_spending(&self, today: i64) -> Result<usize, StoreError> {
        self.write(move |connection| {
            connection.execute(
                "DELETE FROM spending WHERE day < ?1",
                &[(today - REMEMBERED_DAYS).into()],
            )
        })
        .await
    }
}

/// Pays for one reading, unless somebody who has to has nothing left.
pub(super) fn pay(connection: &Connection<'_>, purse: &Purse) -> Result<(), Refusal> {
    for (whose, budget_id, DailyBudget { readings, tokens }) in purse.payers() {
        if readings.is_none() && tokens.is_none() {
            continue;
        }
        connection.lock(Lock::Budget(budget_id))?;
        let (read, written) = spent(connection, purse.day, budget_id)?;
        let is_spent =
            readings.is_some_and(|most| read >= most) || tokens.is_some_and(|most| written >= most);
        if is_spent {
            return Err(Refusal::BudgetSpent(whose));
        }
    }
    // On a server a budget is a row for each connection, or everybody would wait for everybody.
    let sql = connection.either(
        "INSERT INTO spending (day, budget_id, readings, tokens) VALUES (?1, ?2, 1, 0)
         ON CONFLICT (day, budget_id) DO UPDATE SET readings = readings + 1",
        "INSERT INTO spending (day, budget_id, part, readings, tokens)
         VALUES (?1, ?2, pg_backend_pid() % 64, 1, 0)
         ON CONFLICT (day, budget_id, part) DO UPDATE SET readings = spending.readings + 1",
    );
    for (_, budget_id, _) in purse.payers() {
        connection.execute(sql, &[purse.day.into(), budget_id.into()])?;
    }
    Ok(())
}

fn spent(connection: &Connection<'_>, day: i64, budget_id: &str) -> Result<(u64, u64), StoreError> {
    connection.one(
        "SELECT CAST(coalesce(sum(readings), 0) AS BIGINT),
            CAST(coalesce(sum(tokens), 0) AS BIGINT)
         FROM spending WHERE day = ?1 AND budget_id = ?2",
        &[day.into(), budget_id.into()],
        |row| {
            let tokens: i64 = row.number(1)?;
            Ok((row.number(0)?, u64::try_from(tokens).unwrap_or(0)))
        },
    )
}
