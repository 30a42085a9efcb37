//! The alerts and the dashboard in `deploy/` name only figures and labels that the real server has, and leave none out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use reqwest::Client;
use serde_json::Value;

use crate::program::{Server, kaucim, run};

/// Labels that Prometheus itself adds, or that belong to a histogram.
const OF_PROMETHEUS: [&str; 3] = ["instance", "job", "le"];

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A figure as `docs/admin.md` has it.
#[derive(Debug, Clone, Default)]
struct Figure {
    labels: BTreeSet<String>,
    about: String,
}

fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The figures that are documented, by name.
fn documented() -> BTreeMap<String, Figure> {
    let mut figures = BTreeMap::new();
    for row in read("docs/admin.md").lines() {
        let cells: Vec<_> = row.split('|').collect();
        let ["", names, labels, about, ""] = cells.as_slice() else {
            continue;
        };
        for name in quoted(names).filter(|name| name.starts_with("kaucim_")) {
            let figure = Figure {
                labels: quoted(labels).map(str::to_owned).collect(),
                // Codes of problems are told elsewhere.
                about: match about.contains("(api.md)") {
                    true => read("docs/api.md"),
                    false => about.trim().to_owned(),
                },
            };
            figures.insert(name.to_owned(), figure);
        }
    }
    figures
}

/// The name of the figure that a series belongs to.
fn figure_of<'a>(series: &'a str, figures: &BTreeMap<String, Figure>) -> Option<&'a str> {
    if figures.contains_key(series) {
        return Some(series);
    }
    let (name, part) = series.rsplit_once('_')?;
    let about = &figures.get(name)?.about;
    let is_part = match part {
        "bucket" => about.starts_with("histogram"),
        "sum" | "count" => about.starts_with("histogram") || about.starts_with("summary"),
        _ => false,
    };
    is_part.then_some(name)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What is wrong with an expression, and the figures that it names.
fn judged(expression: &str, figures: &BTreeMap<String, Figure>) -> (Vec<String>, BTreeSet<String>) {
    let (mut wrong, mut named) = (Vec::new(), BTreeSet::new());
    let mut labels: BTreeSet<_> = OF_PROMETHEUS
        .iter()
        .map(|label| (*label).to_owned())
        .collect();
    let mut rest = expression;
    while let Some(place) = rest.find("kaucim_") {
        rest = &rest[place..];
        let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
        let (series, behind) = rest.split_at(end);
        rest = behind;
        let Some(name) = figure_of(series, figures) else {
            wrong.push(format!("there is no figure {series}"));
            continue;
        };
        let figure = &figures[name];
        named.insert(name.to_owned());
        labels.extend(figure.labels.clone());
        let selector = behind
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        for pair in selector
            .map_or("", |(inside, _)| inside)
            .split(',')
            .filter(|pair| !pair.is_empty())
        {
            let (label, value) = pair.split_once('=').expect("a label and its value");
            if !figure.labels.contains(label) && !OF_PROMETHEUS.contains(&label) {
                wrong.push(format!("{name} has no label {label}"));
            }
            let values = value.trim_start_matches('~').trim_matches('"').split('|');
            for value in values.filter(|value| !value.starts_with('$')) {
                if !quoted(&figure.about).any(|known| known == value) {
                    wrong.push(format!("{name} has no {label} {value}"));
                }
            }
        }
    }
    for grouped in expression.split("by (").skip(1) {
        let inside = grouped.split(')').next().unwrap_or_default();
        for label in inside.split(',').map(str::trim) {
            if !labels.contains(label) {
                wrong.push(format!("nothing in `{expression}` has a label {label}"));
            }
        }
    }
    (wrong, named)
}

/// Every text below a key of this name.
fn texts<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get(key).and_then(Value::as_str));
            members
                .values()
                .for_each(|member| texts(member, key, found));
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| texts(element, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn alerts_and_dashboard_name_figures_and_labels_that_exist() {
    let figures = documented();
    let alerts = read("deploy/alerts.yaml");
    let of_alerts: Vec<_> = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "))
        .collect();
    assert!(of_alerts.len() >= 15, "only {} alerts", of_alerts.len());
    let dashboard: Value = serde_json::from_str(&read("deploy/dashboard.json")).expect("JSON");
    let mut of_dashboard = Vec::new();
    texts(&dashboard, "expr", &mut of_dashboard);
    let mut shown = BTreeSet::new();
    for expression in of_alerts.iter().chain(&of_dashboard) {
        let (wrong, _) = judged(expression, &figures);
        assert!(wrong.is_empty(), "{expression}: {}", wrong.join(", "));
    }
    for expression in of_dashboard {
        shown.append(&mut judged(expression, &figures).1);
    }
    let missing: Vec<_> = figures
        .keys()
        .filter(|name| !shown.contains(*name))
        .collect();
    assert!(missing.is_empty(), "the dashboard leaves out {missing:?}");
    let watch = read("docs/watch.md");
    for line in alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
    {
        assert!(
            watch.contains(&format!("`{line}`")),
            "docs/watch.md does not tell of {line}"
        );
    }
}

#[test]
fn a_figure_or_a_label_that_does_not_exist_is_found() {
    let figures = documented();
    let wrong = |expression: &str| judged(expression, &figures).0.len();
    assert_eq!(
        wrong(r#"sum by (code) (kaucim_failures_total{code="internal"})"#),
        0
    );
    for planted in [
        "kaucim_failure_total",
        "kaucim_failures_total_bucket",
        r#"kaucim_failures_total{kind="internal"}"#,
        r#"kaucim_failures_total{code="internl"}"#,
        "sum by (kind) (kaucim_failures_total)",
    ] {
        assert_eq!(wrong(planted), 1, "{planted}");
    }
}

/// What the server tells Prometheus.
pub(crate) async fn figures(server: &Server) -> String {
    let mut command = kaucim(server.data.path());
    command.args(["key", "create", "--name", "watch", "--scope", "admin"]);
    let key = run(command).await.stdout;
    let request = Client::new().get(server.url("/metrics"));
    let answer = request.bearer_auth(key.trim()).send().await;
    answer.expect("figures").text().await.expect("text")
}

/// The documents may tell of no figure that the server does not have; that it tells of all is held
/// in the server's tests.
#[tokio::test]
async fn every_documented_figure_is_exported() {
    let server = Server::start(vec![
        ("KAUCIM_MODEL", "openai:none".to_owned()),
        ("KAUCIM_MODEL_URL", "http://127.0.0.1:1/v1".to_owned()),
    ])
    .await;
    let text = figures(&server).await;
    let exported: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    for name in documented().keys() {
        assert!(
            exported.contains(name.as_str()),
            "{name} is documented and not exported"
        );
    }
}
