//! One more question about a reading, in a terminal.

use std::{path::Path, process::Stdio};

use serde_json::Value;
use tempfile::tempdir;
use tokio::time::timeout;

use crate::program::{PATIENCE, Printed, Server, asking, kaucim, model, run};

const FIRST: &str = "Shall I write to her?";
const MORE: &str = "And shall I post it?";

async fn says(data: &Path, words: &[&str], environment: &[(&'static str, String)]) -> Printed {
    let mut command = kaucim(data);
    command.args(words).envs(environment.iter().cloned());
    run(command).await
}

fn refused(printed: &Printed, words: &[&str]) {
    assert_eq!(printed.code, Some(2), "{}", printed.stderr);
    for word in words {
        assert!(
            printed.stderr.contains(word),
            "`{word}` in {}",
            printed.stderr
        );
    }
}

/// The ids that a list shows, in its order.
fn ids(list: &str) -> Vec<&str> {
    list.lines()
        .filter_map(|line| line.split(' ').next())
        .collect()
}

#[tokio::test]
async fn a_kept_reading_is_asked_about_once_more() {
    let sim = model("rate=0").await;
    let environment = asking(&sim, "openai");
    let data = tempdir().expect("a folder");
    let says = async |words: &[&str]| says(data.path(), words, &environment).await;
    let none = says(&["ask", "--follow-up", MORE]).await;
    refused(&none, &["no reading to ask about", "--keep"]);
    let kept = says(&["ask", "--keep", "--lot", "7", FIRST]).await;
    assert_eq!(kept.code, Some(0), "{}", kept.stderr);

    let more = says(&["ask", "--follow-up", MORE]).await;
    assert_eq!(more.code, Some(0), "{}", more.stderr);
    assert!(more.stdout.contains("№7"), "{}", more.stdout);
    let told = sim.calls().last().expect("a call").request.to_string();
    assert!(
        told.contains(&format!("<first>\\nquestion: {FIRST}\\n[conclusion] ")),
        "{told}"
    );
    assert!(!more.stderr.contains("--follow-up"), "{}", more.stderr);

    let list = says(&["journal"]).await.stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].ends_with(&format!("↳ {MORE}")), "{list}");
    assert!(
        lines[1].ends_with(FIRST) && !lines[1].contains('↳'),
        "{list}"
    );
    let (second, first) = (ids(&list)[0], ids(&list)[1]);
    let shown = says(&["journal", "show"]).await.stdout;
    assert!(
        shown.contains(&format!("one more question on the lot of {first}")),
        "{shown}"
    );
    let document = says(&["journal", "show", "--json"]).await.stdout;
    let document: Value = serde_json::from_str(&document).expect("JSON");
    assert!(
        document["follows"]
            .as_str()
            .is_some_and(|id| id.ends_with(first))
    );

    // One, and no more; neither of the newest, which is that one, nor of the first.
    let again = says(&["ask", "--follow-up", MORE]).await;
    refused(
        &again,
        &["and it was", &format!("kaucim journal show {second}")],
    );
    let again = says(&["ask", &format!("--follow-up={first}"), MORE]).await;
    refused(&again, &[&format!("kaucim journal show {second}")]);
    refused(
        &says(&["ask", "--follow-up=nonsense", MORE]).await,
        &["no reading `nonsense`"],
    );
    refused(
        &says(&["ask", "--follow-up", "--lot", "3", MORE]).await,
        &["--lot"],
    );

    // Who erases the first erases both.
    let erased = says(&["journal", "erase", "--yes", first]).await;
    assert!(erased.stderr.contains("erased: 2"), "{}", erased.stderr);
    assert_eq!(says(&["journal"]).await.stdout, "");
    sim.stop().await;
}

#[tokio::test]
async fn a_reading_of_a_server_is_asked_about_once_more() {
    let sim = model("rate=0").await;
    let server = Server::start(asking(&sim, "openai")).await;
    let here = tempdir().expect("a folder");
    let there = [
        ("KAUCIM_SERVER", server.url("")),
        ("KAUCIM_KEY", server.key().await),
    ];
    let says = async |words: &[&str]| says(here.path(), words, &there).await;
    for question in [FIRST, "Another matter?"] {
        let asked = says(&["ask", "--lot", "7", question]).await;
        assert_eq!(asked.code, Some(0), "{}", asked.stderr);
    }
    let list = says(&["journal"]).await.stdout;
    let first = ids(&list)[1];
    let more = says(&["ask", &format!("--follow-up={first}"), MORE]).await;
    assert_eq!(more.code, Some(0), "{}", more.stderr);
    assert!(more.stdout.contains("№7"), "{}", more.stdout);
    let again = says(&["ask", &format!("--follow-up={first}"), MORE]).await;
    refused(&again, &["follow_up_asked", "one more question"]);
    let list = says(&["journal", "--json"]).await.stdout;
    let newest: Value = serde_json::from_str(list.lines().next().expect("a line")).expect("JSON");
    assert!(
        newest["follows"]
            .as_str()
            .is_some_and(|id| id.ends_with(first)),
        "{newest}"
    );
    let erased = says(&["journal", "erase", "--yes", first]).await;
    assert!(erased.stderr.contains("erased: 2"), "{}", erased.stderr);
    sim.stop().await;
}

#[tokio::test]
async fn while_one_more_question_is_read_nobody_asks_another_or_erases_the_first() {
    let sim = model("rate=0").await;
    let environment = asking(&sim, "openai");
    let data = tempdir().expect("a folder");
    let says = async |words: &[&str]| says(data.path(), words, &environment).await;
    let kept = says(&["ask", "--keep", "--lot", "7", FIRST]).await;
    assert_eq!(kept.code, Some(0), "{}", kept.stderr);
    let first = says(&["journal"]).await.stdout;
    let first = ids(&first)[0];

    let before = sim.calls().len();
    let mut command = kaucim(data.path());
    let stalls = format!("{MORE} [[sim fault=hang]]");
    command.args(["ask", "--follow-up", &stalls]);
    command.envs(environment.iter().cloned());
    let mut reading = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    timeout(PATIENCE, sim.until(|calls| calls.len() > before))
        .await
        .expect("the model is asked");
    let other = says(&["ask", "--follow-up", MORE]).await;
    refused(&other, &["is being read"]);
    let erased = says(&["journal", "erase", "--yes", first]).await;
    refused(&erased, &["is being read"]);
    // Who stops it may ask again, and what is asked is kept with its first.
    reading.kill().await.expect("it ends");
    let more = says(&["ask", "--follow-up", MORE]).await;
    assert_eq!(more.code, Some(0), "{}", more.stderr);
    let list = says(&["journal"]).await.stdout;
    assert_eq!(ids(&list).len(), 2, "{list}");
    sim.stop().await;
}
