//! Another hand on the database of a test, whichever it is: to look at it, and to break it.
//!
//! The tests run on SQLite, and once more on a server where `KAUCIM_TEST_DATABASE` has its address
//! (`scripts/with-postgresql`). There each test has a schema of its own, whose address is kept in
//! the folder that would hold its database.

use std::{fs, path::Path};

use rusqlite::types::ValueRef;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Where the address of a test's schema is kept.
const ADDRESS: &str = "address";

/// The server that the tests run on, if they do.
pub(crate) fn server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "nothing else tells a test")]
    std::env::var("KAUCIM_TEST_DATABASE").ok()
}

/// Says that a test is about what only SQLite has, where it does not run on that.
pub(crate) fn is_embedded(what: &str) -> bool {
    let embedded = server().is_none();
    if !embedded {
        eprintln!("skipped on a server: {what}");
    }
    embedded
}

/// The address of the schema of this folder; made where there is none.
pub(crate) fn address_in(folder: &Path, server: &str) -> String {
    let file = folder.join(ADDRESS);
    if let Ok(address) = fs::read_to_string(&file) {
        return address;
    }
    let address = new_schema(server);
    fs::write(file, &address).expect("the folder can be written");
    address
}

/// The address of a schema that is there for nobody else.
pub(crate) fn new_schema(server: &str) -> String {
    let name: String = std::iter::repeat_with(fastrand::lowercase)
        .take(16)
        .collect();
    at_once(server.to_owned(), format!("CREATE SCHEMA {name}"));
    format!("{server}&application_name={name}&options=-csearch_path%3D{name}&connections=6")
}

/// A hand on one database.
pub(crate) enum Hand {
    Embedded(rusqlite::Connection),
    /// The address of its schema.
    Server(String),
}

impl Hand {
    pub(crate) fn on(folder: &Path) -> Self {
        match fs::read_to_string(folder.join(ADDRESS)) {
            Ok(address) => Self::Server(address),
            Err(_) => {
                let opened = rusqlite::Connection::open(folder.join("kaucim.db"));
                Self::Embedded(opened.expect("the database opens"))
            }
        }
    }

    /// Runs statements.
    pub(crate) fn run(&self, sql: &str) {
        match self {
            Self::Embedded(connection) => connection.execute_batch(sql).expect(sql),
            Self::Server(address) => {
                at_once(address.clone(), sql.to_owned());
            }
        }
    }

    /// The first row of an answer, as text.
    pub(crate) fn row(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Embedded(connection) => {
                let mut statement = connection.prepare(sql).expect(sql);
                let columns = statement.column_count();
                let row = statement.query_row([], |row| {
                    let cells = (0..columns).map(|column| Ok(shown(row.get_ref(column)?)));
                    cells.collect()
                });
                row.expect(sql)
            }
            Self::Server(address) => at_once(address.clone(), sql.to_owned()),
        }
    }

    /// The numbers of the first row.
    pub(crate) fn numbers<const N: usize>(&self, sql: &str) -> [u64; N] {
        let row = self.row(sql);
        let numbers = row.iter().map(|cell| cell.parse().expect("a number"));
        let numbers: Vec<u64> = numbers.collect();
        numbers.try_into().expect("so many columns")
    }

    /// Until it is mended, this cannot be done: `INSERT ON events`, say.
    pub(crate) fn breaks(&self, what: &str) {
        self.breaks_when(what, "");
    }

    /// The same, of some rows only.
    pub(crate) fn breaks_when(&self, what: &str, when: &str) {
        let when = if when.is_empty() {
            String::new()
        } else {
            format!("WHEN ({when})")
        };
        match self {
            Self::Embedded(_) => self.run(&format!(
                "CREATE TRIGGER broken BEFORE {what} {when}
                    BEGIN SELECT raise(ABORT, 'broken'); END"
            )),
            Self::Server(_) => self.run(&format!(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
                 CREATE TRIGGER broken BEFORE {what} FOR EACH ROW {when}
                    EXECUTE FUNCTION broken()"
            )),
        }
    }

    pub(crate) fn is_mended(&self) {
        match self {
            Self::Embedded(_) => self.run("DROP TRIGGER broken"),
            Self::Server(_) => self.run("DROP FUNCTION broken CASCADE"),
        }
    }
}

/// The tables of one schema in another one, as a power cut would leave them; the leases are over.
pub(crate) fn copied(from: &Path, to: &Path) {
    let Hand::Server(address) = Hand::on(from) else {
        unreachable!("there is an address")
    };
    let server = server().expect("the tests run on a server");
    let copy = address_in(to, &server);
    let schema = |address: &str| {
        let (_, name) = address.split_once("%3D").expect("a schema");
        name.split_once('&').expect("connections").0.to_owned()
    };
    let (from, to) = (schema(&address), schema(&copy));
    // The tables are made by the program itself.
    at_store(copy);
    let mut sql = vec![
        "BEGIN ISOLATION LEVEL REPEATABLE READ".to_owned(),
        "SET LOCAL session_replication_role = replica".to_owned(),
    ];
    for table in ["queue", "matter_key", "person_key", "credentials"] {
        sql.push(format!("DELETE FROM {to}.{table}"));
    }
    let all = "accounts keys tasks events idempotency queue draws matter_key person_key credentials spending \
        passes audit reports";
    for table in all.split_whitespace() {
        sql.push(format!(
            "INSERT INTO {to}.{table} OVERRIDING SYSTEM VALUE SELECT * FROM {from}.{table}"
        ));
    }
    for (table, number) in [("audit", "audit_id"), ("reports", "report_id")] {
        sql.push(format!(
            "SELECT setval(pg_get_serial_sequence('{to}.{table}', '{number}'), 1000)"
        ));
    }
    sql.push(format!(
        "SELECT setval('{to}.arrivals', (SELECT last_value FROM {from}.arrivals))"
    ));
    sql.push("COMMIT".to_owned());
    at_once(server, sql.join(";"));
}

fn at_store(address: String) {
    aside(async move {
        let address = address.parse().expect("an address");
        drop(
            kaucim_tasks::Store::connect(&address)
                .await
                .expect("the server"),
        );
    });
}

/// Runs statements on a server; the first row, as text.
fn at_once(address: String, sql: String) -> Vec<String> {
    aside(async move {
        // What only our own addresses have is not for everybody.
        let address = address.replace("&connections=6", "");
        let (client, connection) = tokio_postgres::connect(&address, NoTls)
            .await
            .expect("the server");
        let asking = client.simple_query(&sql);
        let answer = tokio::select! {
            answer = asking => answer.unwrap_or_else(|error| panic!("{sql}: {error:?}")),
            _ = connection => panic!("the server has hung up"),
        };
        let rows = answer.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let cells = rows.take(1).flat_map(|row| {
            (0..row.len()).map(|column| row.get(column).unwrap_or_default().to_owned())
        });
        cells.collect()
    })
}

/// Waits for it although the caller may be a runtime that cannot.
fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let thread = std::thread::spawn(|| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(work)
    });
    thread.join().expect("the server does what it is told")
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}
