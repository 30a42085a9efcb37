//! How soon the program is ready when a hundred thousand readings are stored.

use std::{path::Path, time::Duration};

use anyhow::{Context, ensure};
use rusqlite::{Connection, named_params};
use tempfile::TempDir;

use crate::{
    events,
    programs::{Programs, client},
    reader::Asker,
    record::Enough,
    start,
    table::{Goal, Line},
};

/// How many tasks are stored, with all that belongs to them.
const STORED: u32 = 100_000;

const WORKERS: usize = 16;

const PATIENCE: Duration = Duration::from_secs(20);

/// The table that every other table's rows of a task point to.
const TASKS: &str = "tasks";

/// Measures row L9 with a full store.
pub(crate) async fn ready(programs: &Programs) -> anyhow::Result<Vec<Line>> {
    let folder = one_reading(programs).await?;
    let database = folder.path().join("kaucim.db");
    let bytes = multiply(&database, STORED)?;
    let sim = programs.start_sim(start::WRITING).await?;
    let mut ready_ms = Vec::new();
    let mut memory_mb = Vec::new();
    let mut folder = folder;
    for _ in 0..start::STARTS {
        let server = programs.serve(folder, Some(&sim), WORKERS).await?;
        ready_ms.push(server.ready.as_secs_f64() * 1000.0);
        memory_mb.push(server.process.memory()?.now);
        folder = server.stop_and_keep().await?;
    }
    sim.stop().await?;
    let line = |measure, values| Line::new("L9", measure, values);
    Ok(vec![
        line("start to ready, 100000 stored tasks, ms", ready_ms).goal(Some(Goal::AtMost(1000.0))),
        line("memory when ready, 100000 stored tasks, MB", memory_mb),
        line("database, 100000 stored tasks, MB", vec![bytes / 1e6]),
    ])
}

/// A data folder in which one reading was made and kept, by the real program.
async fn one_reading(programs: &Programs) -> anyhow::Result<TempDir> {
    let server = programs.serve(tempfile::tempdir()?, None, WORKERS).await?;
    let asker = Asker::new(client()?, &server, false);
    let until_complete = Enough {
        by: tokio::time::Instant::now() + PATIENCE,
        event: Some("complete"),
    };
    let asked = asker.ask("緣分何時到？", until_complete).await?;
    let complete = events::parse(&asked.recording)
        .iter()
        .any(|event| event.name == "complete");
    ensure!(complete, "the classic reading did not end");
    server.stop_and_keep().await
}

/// Makes so many tasks of the only one, and returns the size of the database in bytes. Tables and
/// columns are those that are there, so that this need not know the schema.
fn multiply(database: &Path, tasks: u32) -> anyhow::Result<f64> {
    let mut connection = Connection::open(database)?;
    // Whatever is half written at a crash is thrown away with the folder.
    connection.execute_batch("PRAGMA journal_mode = off; PRAGMA synchronous = off;")?;
    let transaction = connection.transaction()?;
    let task: String = transaction
        .query_row(&format!("SELECT task_id FROM {TASKS}"), [], |row| {
            row.get(0)
        })
        .context("the only task")?;
    // An id of the same form and moment, with another end.
    let stem = task.get(..24).context("the id of a task is too short")?;
    for table in tables(&transaction)? {
        let columns = columns(&transaction, &table)?;
        if !columns.iter().any(|column| column == "task_id") {
            continue;
        }
        let values = columns.iter().map(|column| {
            format!(
                "CASE typeof({column}) WHEN 'text' THEN replace({column}, :task, other) \
                 ELSE {column} END"
            )
        });
        let values: Vec<String> = values.collect();
        let sql = format!(
            "WITH RECURSIVE numbers (number) AS
                (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < :others),
             others (other) AS (SELECT :stem || printf('%012x', number) FROM numbers)
             INSERT INTO {table} ({}) SELECT {} FROM others, temp.pattern",
            columns.join(", "),
            values.join(", ")
        );
        // Were the table itself read, all would be written twice.
        let pattern =
            format!("CREATE TEMP TABLE pattern AS SELECT * FROM {table} WHERE task_id = ?1");
        transaction.execute(&pattern, [&task])?;
        let others = tasks - 1;
        transaction.execute(
            &sql,
            named_params! { ":task": task, ":stem": stem, ":others": others },
        )?;
        transaction.execute_batch("DROP TABLE temp.pattern")?;
    }
    transaction.commit()?;
    let stored: u32 =
        connection.query_row(&format!("SELECT count(*) FROM {TASKS}"), [], |row| {
            row.get(0)
        })?;
    ensure!(stored == tasks, "{stored} of {tasks} tasks were stored");
    drop(connection);
    let file = std::fs::File::open(database)?;
    // What is still to be written would be in the way of the first start.
    file.sync_all()?;
    Ok(file.metadata()?.len() as f64)
}

/// The tables, that of the tasks first.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         ORDER BY name <> ?1",
    )?;
    let names = statement.query_map([TASKS], |row| row.get(0))?;
    names.collect()
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_multiplied_with_all_that_belongs_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("some.db");
        let task = "01a20625-91b5-70c3-b4b8-3b0fad85530e";
        let connection = Connection::open(&database).unwrap();
        let schema = "CREATE TABLE accounts (name TEXT) STRICT;
            CREATE TABLE events (task_id TEXT, sequence INTEGER, data TEXT,
                PRIMARY KEY (task_id, sequence)) STRICT;
            CREATE TABLE tasks (task_id TEXT PRIMARY KEY, calls INTEGER) STRICT;
            INSERT INTO accounts VALUES ('one');";
        connection.execute_batch(schema).unwrap();
        connection
            .execute("INSERT INTO tasks VALUES (?1, 7)", [task])
            .unwrap();
        for sequence in 1..=2 {
            connection
                .execute(
                    "INSERT INTO events VALUES (?1, ?2, '{\"id\":\"' || ?1 || '\"}')",
                    (task, sequence),
                )
                .unwrap();
        }
        drop(connection);
        multiply(&database, 5).unwrap();
        let connection = Connection::open(&database).unwrap();
        let count = |sql: &str| -> u32 { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(count("SELECT count(*) FROM accounts"), 1);
        assert_eq!(count("SELECT count(*) FROM tasks WHERE calls = 7"), 5);
        let events = "SELECT count(*) FROM events WHERE data = '{\"id\":\"' || task_id || '\"}'";
        assert_eq!(count(events), 10);
        let last = "SELECT count(*) FROM tasks
            WHERE task_id = '01a20625-91b5-70c3-b4b8-000000000004'";
        assert_eq!(count(last), 1);
    }
}
