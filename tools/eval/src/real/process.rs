//! The server of models itself, started and killed.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, ensure};
use reqwest::Client;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    time::{Instant, sleep},
};

use super::Server;

/// How long a server may take to read its model, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running server.
#[derive(Debug)]
pub(super) struct ModelServer {
    pub(super) port: u16,
    context: u32,
    child: Child,
}

impl ModelServer {
    /// Starts a server whose model reads so many tokens at most.
    pub(super) async fn start(server: &Server, context: u32) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let started = Self {
            port,
            context,
            child: spawn(server, port, context)?,
        };
        started.until_ready().await?;
        Ok(started)
    }

    /// Ends it as a crash would.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Starts it again where it was.
    pub(super) async fn start_again(&mut self, server: &Server) -> anyhow::Result<()> {
        self.child = spawn(server, self.port, self.context)?;
        self.until_ready().await
    }

    /// Asks it something short, as another program would that uses the same server.
    pub(super) async fn ask_besides(&self) -> anyhow::Result<()> {
        let body = serde_json::json!({
            "model": "other", "max_tokens": 4,
            "messages": [{ "role": "user", "content": "Hello" }],
        });
        let url = format!("http://127.0.0.1:{}/v1/chat/completions", self.port);
        let answer = Client::builder().no_proxy().build()?.post(url).json(&body);
        answer.send().await?;
        Ok(())
    }

    async fn until_ready(&self) -> anyhow::Result<()> {
        let client = Client::builder().no_proxy().build()?;
        let url = format!("http://127.0.0.1:{}/v1/models", self.port);
        let began = Instant::now();
        while client.get(&url).send().await.is_err() {
            ensure!(
                began.elapsed() < PATIENCE,
                "the server was not ready in time"
            );
            sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }
}

fn spawn(server: &Server, port: u16, context: u32) -> anyhow::Result<Child> {
    let Server { python, gguf } = server;
    let model: &Path = gguf;
    Command::new(python)
        .args([
            "-m",
            "llama_cpp.server",
            "--host",
            "127.0.0.1",
            "--chat_format",
            "chatml",
        ])
        .args(["--n_threads", "1", "--n_ctx", &context.to_string()])
        .args(["--port", &port.to_string(), "--model"])
        .arg(model)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("failed to start {}", python.display()))
}
