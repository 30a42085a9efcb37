//! Our own server keeps the contract, and so it does behind nginx as we say to configure it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use kaucim_conformance::{Finding, Options, Verdict, hold};
use tokio::process::{Child, Command};

use crate::program::{PATIENCE, Server, asking, model};

/// What may be left out: behind nginx one header cannot be seen, and how fast a busy machine is
/// decides whether a short reading can still be disturbed, or has a heartbeat.
const MAY_BE_SKIPPED: [&str; 5] = [
    "stream.unbuffered",
    "stream.heartbeat",
    "cancel.running",
    "documents.erase",
    "ask.one_at_a_time",
];

/// A server whose model is cut off once in every reading, so that sections are reset.
const SOMETIMES_CUT: &str = "rate=150;ttft=30;length=160;fault=cut@challenges;times=1";

async fn check(url: &str, server: &Server, only: &[&str]) -> Vec<Verdict> {
    let options = Options {
        url: url.to_owned(),
        key: server.key().await,
        other_key: None,
        deity: None,
        only: only.iter().map(|name| (*name).to_owned()).collect(),
        patience: PATIENCE,
        at_once: 10,
    };
    let verdicts = hold(options, |_| Ok(())).await.expect("there is a server");
    for verdict in &verdicts {
        let name = verdict.name;
        match verdict.result {
            Finding::Passed => {}
            Finding::Skipped => assert!(MAY_BE_SKIPPED.contains(&name), "{verdict:#?}"),
            Finding::Failed => panic!("{verdict:#?}\n{}", server.words()),
        }
    }
    verdicts
}

#[tokio::test]
async fn the_contract_is_kept_with_and_without_a_proxy() {
    let sim = model(SOMETIMES_CUT).await;
    let server = Server::start(asking(&sim, "openai")).await;
    let all = check(&server.url(""), &server, &[]).await;
    assert!(all.len() >= 40, "only {} checks were made", all.len());
    let Some(nginx) = Nginx::before(&server).await else {
        return;
    };
    // What a proxy can spoil: streams, cursors, refusals, headers and cookies.
    let parts = [
        "stream",
        "cursor",
        "errors",
        "ask.form",
        "ownership",
        "tickets",
    ];
    check(&nginx.url, &server, &parts).await;
    nginx.stop().await;
    sim.stop().await;
}

/// nginx with the configuration that we give, on a port of its own.
struct Nginx {
    url: String,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Nginx {
    #[expect(
        clippy::print_stdout,
        reason = "whoever runs the tests is told what was left out"
    )]
    async fn before(server: &Server) -> Option<Self> {
        let Some(program) = found() else {
            println!("left out: nginx is not here");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let site = without_tls(port, &server.address);
        // All that nginx writes stays in the folder.
        let of_folder = |name: &str| folder.path().join(name).display().to_string();
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};\n", of_folder(kind)));
        let whole = format!(
            "daemon off;\nmaster_process off;\npid {};\nerror_log stderr;\n\
             events {{ worker_connections 512; }}\nhttp {{\n{}{site}}}\n",
            of_folder("pid"),
            paths.concat()
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, whole).expect("it is written");
        let mut command = Command::new(program);
        command.arg("-c").arg(&file).arg("-p").arg(folder.path());
        let told = fs::File::create(folder.path().join("told")).expect("a file");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(told);
        let child = command.kill_on_drop(true).spawn().expect("nginx starts");
        let nginx = Self {
            url: format!("http://127.0.0.1:{port}"),
            child,
            _folder: folder,
        };
        nginx.until_it_answers().await;
        Some(nginx)
    }

    async fn until_it_answers(&self) {
        let asking = async {
            while reqwest::get(format!("{}/healthz", self.url)).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, asking)
            .await
            .expect("nginx answers");
    }

    async fn stop(mut self) {
        self.child.kill().await.expect("it was running");
    }
}

/// The configuration that we give, for a client that speaks no TLS, and a port of its own.
fn without_tls(port: u16, server: &str) -> String {
    let given = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nginx.conf");
    let given = fs::read_to_string(given).expect("the configuration that we give");
    let left_out = ["ssl_", "[::]:", "Strict-Transport-Security", "server_name"];
    let lines = given
        .lines()
        .filter(|line| !left_out.iter().any(|words| line.contains(words)));
    let mut site = lines.collect::<Vec<_>>().join("\n");
    for (from, to) in [
        ("server 127.0.0.1:8000;", format!("server {server};")),
        ("listen 80;", format!("listen 127.0.0.1:{};", free_port())),
        ("listen 443 ssl http2;", format!("listen 127.0.0.1:{port};")),
        (
            "access_log /var/log/nginx/kaucim.log kaucim;",
            "access_log off;".to_owned(),
        ),
        // The port is an odd one here, and part of the name that was asked for.
        ("$host;", "$http_host;".to_owned()),
    ] {
        assert!(site.contains(from), "deploy/nginx.conf has no `{from}`");
        site = site.replace(from, &to);
    }
    site
}

/// Where Debian has it, or `scripts/need-nginx`.
fn found() -> Option<PathBuf> {
    let fetched = "../../target/tools/nginx/usr/sbin/nginx";
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join(fetched);
    let places = [PathBuf::from("/usr/sbin/nginx"), fetched];
    places.into_iter().find(|path| path.is_file())
}

fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("an address").port()
}
