//! A database that is damaged is refused in a sentence, and is never written over.

use std::{fs, path::Path};

use tempfile::tempdir;

use crate::program::{Printed, Server, kaucim, run};

#[tokio::test]
async fn a_database_of_garbage_is_refused_and_left_alone() {
    let data = tempdir().expect("a folder");
    let garbage = "this was never a database\n".repeat(400);
    fs::write(data.path().join("kaucim.db"), garbage).expect("a file");
    check(data.path(), data.path()).await;
}

#[tokio::test]
async fn a_damaged_database_is_named() {
    let data = tempdir().expect("a folder");
    let path = data.path().join("kaucim.db");
    fs::write(&path, "this was never a database\n").expect("a file");
    check(data.path(), &path).await;
}

#[tokio::test]
async fn a_database_without_its_header_is_refused_and_left_alone() {
    let mut server = Server::start(Vec::new()).await;
    server.key().await;
    assert_eq!(server.terminate().await, Some(0));
    let path = server.data.path().join("kaucim.db");
    let mut bytes = fs::read(&path).expect("a database");
    assert!(bytes.starts_with(b"SQLite format 3\0"));
    bytes[..4096].fill(0xaa);
    fs::write(&path, bytes).expect("a file");
    check(server.data.path(), server.data.path()).await;
}

async fn check(data: &Path, named: &Path) {
    let path = data.join("kaucim.db");
    let before = fs::read(&path).expect("a file");
    for _ in 0..2 {
        let mut command = kaucim(data);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        let Printed {
            code,
            stdout,
            stderr,
        } = run(command).await;
        assert_eq!(code, Some(3), "{stderr}");
        assert_eq!(stdout, "", "it is never ready");
        let errors = stderr.lines().filter(|line| line.starts_with("error: "));
        let [error] = errors.collect::<Vec<_>>()[..] else {
            panic!("not one sentence of what is wrong: {stderr}");
        };
        assert!(
            error.contains(&*named.to_string_lossy()),
            "{} is not named: {error}",
            named.display()
        );
        assert!(stderr.contains("hint: "), "no hint in: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        let after = fs::read(&path).expect("a file");
        assert!(before == after, "the file was written over");
    }
}
