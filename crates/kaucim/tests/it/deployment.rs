//! The examples for several nodes, in docs/scale: they are read as whoever runs them would read
//! them, since no container engine runs where the tests do.

use serde_json::Value;

const COMPOSE: &str = include_str!("../../../../docs/scale/compose.yaml");
const KUBERNETES: &str = include_str!("../../../../docs/scale/kubernetes.yaml");
/// Names every variable that the program reads.
const ENVIRONMENT: &str = include_str!("../../src/environment.rs");

fn documents(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).expect("it is YAML")
}

/// What stands at the end of a path.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    let inner = value.pointer(&format!("/{path}"));
    inner.unwrap_or_else(|| panic!("there is no {path}"))
}

fn names(value: &Value) -> Vec<String> {
    value
        .as_object()
        .expect("a mapping")
        .keys()
        .cloned()
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// The program reads this variable, and it is set to something.
fn is_read(name: &str) {
    let quoted = format!("\"{name}\"");
    assert!(ENVIRONMENT.contains(&quoted), "nobody reads {name}");
}

#[test]
fn compose_starts_nodes_after_one_migration_and_a_healthy_database() {
    let [compose] = documents(COMPOSE).try_into().expect("one document");
    let services = at(&compose, "services");
    let all = names(services);
    for name in &all {
        let service = at(services, name);
        assert!(at(service, "image").is_string(), "{name}");
        let Some(needs) = service.get("depends_on") else {
            continue;
        };
        let needed = match needs.as_array() {
            Some(all) => all
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            None => names(needs),
        };
        for other in needed {
            assert!(
                all.contains(&other),
                "{name} waits for {other}, which is not there"
            );
        }
    }
    for service in ["migrate", "node"] {
        assert_eq!(at(services, &format!("{service}/command/0")), "kaucim");
        for name in names(at(services, &format!("{service}/environment"))) {
            is_read(&name);
        }
    }
    assert_eq!(at(services, "node/command/1"), "serve");
    assert_eq!(at(services, "migrate/command/1"), "migrate");
    let waits = at(services, "node/depends_on/migrate/condition");
    assert_eq!(waits, "service_completed_successfully");
    for volume in names(at(&compose, "volumes")) {
        assert!(
            COMPOSE.contains(&format!("- {volume}:/")),
            "{volume} is of no use"
        );
    }
}

#[test]
fn kubernetes_replaces_nodes_one_by_one_and_asks_them_whether_they_are_ready() {
    let [deployment, service] = documents(KUBERNETES).try_into().expect("two documents");
    assert_eq!(at(&deployment, "kind"), "Deployment");
    assert_eq!(at(&service, "kind"), "Service");
    let pod = at(&deployment, "spec/template");
    assert_eq!(
        at(&deployment, "spec/selector/matchLabels"),
        at(pod, "metadata/labels")
    );
    assert_eq!(at(&service, "spec/selector"), at(pod, "metadata/labels"));
    assert_eq!(
        at(&service, "spec/ports/0/targetPort"),
        at(pod, "spec/containers/0/ports/0/name")
    );
    let rolling = at(&deployment, "spec/strategy/rollingUpdate");
    assert_eq!(at(rolling, "maxUnavailable"), 0);
    for (container, command) in [("initContainers", "migrate"), ("containers", "serve")] {
        let container = at(pod, &format!("spec/{container}/0"));
        assert_eq!(at(container, "command/1"), command);
        for variable in list(at(container, "env")) {
            is_read(at(variable, "name").as_str().expect("a name"));
        }
        for mount in list(at(container, "volumeMounts")) {
            assert_eq!(at(mount, "name"), at(pod, "spec/volumes/0/name"));
        }
    }
    let node = at(pod, "spec/containers/0");
    assert_eq!(at(node, "readinessProbe/httpGet/path"), "/readyz");
    assert_eq!(at(node, "livenessProbe/httpGet/path"), "/healthz");
    let patience = at(pod, "spec/terminationGracePeriodSeconds").as_u64();
    assert!(patience > Some(10), "a node may take that long to end");
}
