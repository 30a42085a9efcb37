//! What is given away beside the program: a configuration that it takes, a unit that systemd takes and that lets it do
//! little, an image that runs as nobody, scripts that shells can read.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::program::{kaucim, run};

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the workspace")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a tool said, unless it is not installed.
#[expect(clippy::print_stdout, reason = "who reads the test has to know")]
fn tool(name: &str, arguments: &[&str]) -> Option<Output> {
    let output = Command::new(name).args(arguments).output();
    if output.is_err() {
        println!("left out: {name} is not installed");
    }
    output.ok()
}

fn words(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

#[tokio::test]
async fn the_configuration_of_the_service_is_taken_as_it_is_and_with_all_that_it_proposes() {
    let shipped = read("deploy/kaucim.toml");
    let proposed = |line: &str| {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_setting = bare.starts_with('[') || bare.contains(" = ");
        if is_setting { bare } else { line }.to_owned() + "\n"
    };
    let all: String = shipped.lines().map(proposed).collect();
    assert!(
        all.matches(" = ").count()
            > shipped
                .lines()
                .filter(|line| !line.starts_with('#') && line.contains(" = "))
                .count()
    );
    for text in [shipped, all] {
        let data = tempfile::tempdir().expect("a folder");
        let file = data.path().join("kaucim.toml");
        fs::write(&file, &text).expect("a file");
        let mut command = kaucim(data.path());
        command.arg("--config").arg(&file).args(["deck", "list"]);
        let printed = run(command).await;
        assert_eq!(printed.code, Some(0), "{text}\n{}", printed.stderr);
    }
}

#[test]
fn the_unit_is_one_that_systemd_takes_and_lets_the_program_do_little() {
    let unit = read("deploy/kaucim.service");
    let unit = unit.replace("/usr/bin/kaucim", env!("CARGO_BIN_EXE_kaucim"));
    let unit: String = unit
        .lines()
        // Manual pages are not there before it is installed.
        .filter(|line| !line.starts_with("Documentation="))
        .map(|line| format!("{line}\n"))
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kaucim.service");
    fs::write(&file, unit).expect("a file");
    let file = file.display().to_string();
    let Some(verified) = tool("systemd-analyze", &["verify", &file]) else {
        return;
    };
    let about_it: String = words(&verified)
        .lines()
        .filter(|line| line.contains("kaucim"))
        .collect();
    assert_eq!(about_it, "");
    // From 0 (may do nothing) to 100; what a service may do that says nothing of it is about 96.
    let judged = tool(
        "systemd-analyze",
        &[
            "security",
            "--offline=true",
            "--threshold=20",
            "--no-pager",
            &file,
        ],
    );
    let judged = judged.expect("it was there");
    if words(&judged).contains("unrecognized option") {
        println!("left out: this systemd-analyze judges no unit that is not loaded");
        return;
    }
    assert!(judged.status.success(), "{}", words(&judged));
}

#[test]
fn the_image_runs_as_nobody_and_says_whether_it_is_well() {
    let text = read("deploy/Dockerfile");
    let (_, last) = text.rsplit_once("\nFROM ").expect("a last stage");
    let user = last
        .lines()
        .find_map(|line| line.strip_prefix("USER "))
        .expect("a user");
    let id: u32 = user
        .split(':')
        .next()
        .and_then(|id| id.parse().ok())
        .expect("by number");
    assert!(id > 0, "not root");
    for needed in [
        "HEALTHCHECK ",
        "/readyz",
        "VOLUME [\"/var/lib/kaucim\"]",
        "STOPSIGNAL SIGTERM",
    ] {
        assert!(last.contains(needed), "{needed}");
    }
    assert!(
        !text.contains("\nADD ") && !text.contains(":latest"),
        "what is fetched has a name"
    );
    assert!(read(".dockerignore").lines().any(|line| line == "target"));
}

#[test]
fn scripts_can_be_run_and_read_by_the_shell_that_they_name() {
    let mut count = 0;
    for folder in ["scripts", "deploy/debian"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("text");
            let Some(shell) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else {
                continue;
            };
            count += 1;
            let mode = fs::metadata(&path).expect("a file").permissions().mode();
            // Those of the package get their mode when it is packed.
            let is_run = mode & 0o111 == 0o111 || folder != "scripts";
            assert!(is_run, "{} cannot be run", path.display());
            let Some(shell) = shell.strip_prefix("/bin/") else {
                continue;
            };
            let path = path.display().to_string();
            if let Some(output) = tool(shell, &["-n", &path]) {
                assert!(output.status.success(), "{path}: {}", words(&output));
            }
        }
    }
    assert!(count > 8, "only {count} scripts were found");
}
