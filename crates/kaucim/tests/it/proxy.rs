//! The configurations for nginx and Caddy in `deploy/`, before the real server: words come one by one, guests are known
//! by the public name, and no ticket is logged. Where a proxy is not installed, its test says so and is left out.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
};

use futures::StreamExt;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, Version};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use crate::{
    client::events,
    program::{PATIENCE, Server, asking, model},
};

const NAME: &str = "oracle.example";

/// A proxy that runs, and the client that trusts its certificate.
struct Proxy {
    child: Child,
    client: Client,
    base: String,
    folder: TempDir,
}

/// Whether a program is there; says so where it is not.
#[expect(clippy::print_stdout, reason = "who reads the test has to know")]
fn has(program: &str) -> bool {
    let asked = std::process::Command::new(program)
        .arg(if program == "nginx" { "-v" } else { "version" })
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if asked.is_err() {
        println!("left out: {program} is not installed, so its configuration was not tried");
    }
    asked.is_ok()
}

/// Two ports that nobody has just now.
fn free_ports() -> [SocketAddr; 2] {
    let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    held.map(|listener| listener.local_addr().expect("an address"))
}

/// The file from `deploy/`, with each of these words replaced; every one of them has to be there.
fn adapted(file: &str, changes: &[(&str, &str)]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    let text = fs::read_to_string(path.join(file)).expect("the configuration");
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{file} has no `{from}`");
        text.replace(from, to)
    })
}

impl Proxy {
    /// Starts the command and waits until the server answers through it.
    async fn start(mut command: Command, address: SocketAddr, folder: TempDir) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("words")).expect("a file"))
            .kill_on_drop(true)
            .spawn()
            .expect("the proxy starts");
        let pem = fs::read(folder.path().join("chain.pem")).expect("the certificate");
        let client = Client::builder()
            .no_proxy()
            .tls_certs_only([Certificate::from_pem(&pem).expect("a certificate")])
            .resolve(NAME, address)
            .build()
            .expect("a client");
        let base = format!("https://{NAME}:{}", address.port());
        let ready = async {
            while client.get(format!("{base}/readyz")).send().await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        if timeout(PATIENCE, ready).await.is_err() {
            let words = fs::read_to_string(folder.path().join("words"));
            panic!("the proxy does not answer: {}", words.unwrap_or_default());
        }
        Self {
            child,
            client,
            base,
            folder,
        }
    }

    /// What everybody needs who stands behind a proxy.
    async fn holds(mut self, server: &Server) {
        let url = |path: &str| format!("{}{path}", self.base);
        let ready = self.client.get(url("/readyz")).send().await.expect("ready");
        assert_eq!(ready.version(), Version::HTTP_2);
        let figures = self.client.get(url("/metrics")).send().await.expect("404");
        assert_eq!(figures.status(), 404, "figures are not for the world");

        let guest = self.client.post(url("/api/v1/session"));
        let guest = guest.header("origin", format!("https://{NAME}"));
        let guest = guest.send().await.expect("a session");
        assert_eq!(guest.status(), 200, "the proxy passes the name on");
        let cookie = guest.headers()["set-cookie"].to_str().expect("text");
        assert!(
            cookie.contains("Secure"),
            "and that TLS is spoken: {cookie}"
        );

        let key = server.key().await;
        let body = json!({ "deity_id": "yue_lao", "fortune_number": 7, "question": "Will it come word by word?" });
        let ask = self.client.post(url("/api/v1/async-chat/ask-question"));
        let accepted = ask.bearer_auth(&key).json(&body).send().await;
        let accepted: Value = accepted.expect("an answer").json().await.expect("JSON");
        let task = accepted["status_url"].as_str().expect("an address");
        let ticket = self.client.post(url(&format!("{task}/ticket")));
        let ticket = ticket.bearer_auth(&key).send().await.expect("a ticket");
        let ticket: Value = ticket.json().await.expect("JSON");
        let ticket = ticket["ticket"].as_str().expect("a ticket").to_owned();

        let path = accepted["stream_url"].as_str().expect("an address");
        let stream = self.client.get(url(&format!("{path}?ticket={ticket}")));
        let stream = stream.send().await.expect("a stream");
        assert_eq!(stream.status(), 200);
        let mut events = events(stream);
        let mut next = async || timeout(PATIENCE, events.next()).await.expect("it comes");
        while next().await.expect("an event").name != "llm_streaming" {}
        // The model needs minutes for the rest, so nobody has kept the beginning back.
        let document = self.client.get(url(task)).bearer_auth(&key).send().await;
        let document: Value = document.expect("a document").json().await.expect("JSON");
        assert_eq!(document["status"], "generating");
        let cancel = self.client.post(url(&format!("{task}/cancel")));
        cancel.bearer_auth(&key).send().await.expect("cancelled");
        while next().await.expect("an end").name != "cancelled" {}
        assert!(next().await.is_none(), "the stream ends behind its end");

        let log = self.folder.path().join("access.log");
        let logged = async {
            loop {
                let text = fs::read_to_string(&log).unwrap_or_default();
                if text.contains(path) {
                    return text;
                }
                tokio::task::yield_now().await;
            }
        };
        let logged = timeout(PATIENCE, logged).await.expect("it is logged");
        for secret in [ticket.as_str(), key.as_str(), "word by word"] {
            assert!(!logged.contains(secret), "{secret} is in the log: {logged}");
        }
        self.child.kill().await.expect("it was running");
    }
}

/// A server that knows its public name and its proxy, and writes slowly.
async fn server(folder: &Path) -> (Server, llmsim::Sim) {
    let sim = model("rate=5;ttft=0;length=600").await;
    let file = folder.join("kaucim.toml");
    let text = format!("public_url = \"https://{NAME}\"\n[proxies]\ntrusted = [\"127.0.0.1\"]\n");
    fs::write(&file, text).expect("a file");
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_CONFIG", file.display().to_string()));
    (Server::start(environment).await, sim)
}

/// A folder with a certificate for the name.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec![NAME.to_owned()]).expect("a certificate");
    fs::write(folder.path().join("chain.pem"), cert.pem()).expect("a file");
    fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).expect("a file");
    folder
}

#[tokio::test]
async fn words_come_one_by_one_through_nginx() {
    if !has("nginx") {
        return;
    }
    let folder = folder();
    let (server, _sim) = server(folder.path()).await;
    let here = folder.path().display();
    let [tls, plain] = free_ports();
    let site = adapted(
        "nginx.conf",
        &[
            ("127.0.0.1:8000", &server.address),
            ("listen [::]:80;", ""),
            ("listen [::]:443 ssl http2;", ""),
            ("listen 80;", &format!("listen {plain};")),
            ("listen 443 ssl http2;", &format!("listen {tls} ssl http2;")),
            (
                "/etc/ssl/oracle.example/fullchain.pem",
                &format!("{here}/chain.pem"),
            ),
            (
                "/etc/ssl/oracle.example/privkey.pem",
                &format!("{here}/key.pem"),
            ),
            ("/var/log/nginx/kaucim.log", &format!("{here}/access.log")),
        ],
    );
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {here}/{kind};\n"))
        .concat();
    let whole = format!(
        "daemon off; master_process off; pid {here}/pid; error_log stderr;\n\
         events {{}}\nhttp {{\n{temporary}{site}}}\n"
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, whole).expect("a file");
    let nginx = |mode: &[&str]| {
        let mut command = Command::new("nginx");
        command
            .args(mode)
            .arg("-e")
            .arg("stderr")
            .arg("-c")
            .arg(&file);
        command
    };
    let tested = nginx(&["-t", "-q"]).output().await.expect("nginx");
    let words = String::from_utf8_lossy(&tested.stderr);
    assert!(tested.status.success(), "{words}");
    let command = nginx(&[]);
    Proxy::start(command, tls, folder)
        .await
        .holds(&server)
        .await;
}

#[tokio::test]
async fn words_come_one_by_one_through_caddy() {
    if !has("caddy") {
        return;
    }
    let folder = folder();
    let (server, _sim) = server(folder.path()).await;
    let here = folder.path().display();
    let [tls, plain] = free_ports();
    let own = format!(
        "oracle.example:{} {{\n\ttls {here}/chain.pem {here}/key.pem\n",
        tls.port()
    );
    let site = adapted(
        "Caddyfile",
        &[
            ("oracle.example {\n", &own),
            ("127.0.0.1:8000", &server.address),
            ("/var/log/caddy/kaucim.log", &format!("{here}/access.log")),
        ],
    );
    let (tls_port, plain_port) = (tls.port(), plain.port());
    let options = format!(
        "{{\n\tadmin off\n\thttp_port {plain_port}\n\thttps_port {tls_port}\n\tstorage file_system {here}/caddy\n}}\n"
    );
    let file = folder.path().join("Caddyfile");
    fs::write(&file, format!("{options}{site}")).expect("a file");
    let mut command = Command::new("caddy");
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(&file)
        .env("HOME", folder.path());
    Proxy::start(command, tls, folder)
        .await
        .holds(&server)
        .await;
}
