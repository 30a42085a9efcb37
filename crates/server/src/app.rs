//! What every handler shares: the handles below, the limits, and whether the server is ending.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::http::HeaderValue;
use kaucim_fortune::FortuneSystem;
use kaucim_tasks::{Accounts, Tasks};
use tokio_util::sync::CancellationToken;

use crate::{
    connections::{Connections, Most},
    history::History,
    limits::{Limiter, Rates},
    proxies::Proxies,
    refusals::Refusals,
    streams::Streams,
    tls::Tls,
    tokens::Issuer,
};

/// The server's state; a cheap clone.
#[derive(Clone)]
pub struct App {
    pub(crate) tasks: Tasks,
    pub(crate) accounts: Accounts,
    pub(crate) fortune: FortuneSystem,
    pub(crate) settings: Arc<Settings>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) streams: Arc<Streams>,
    /// How many of them an account may have.
    pub(crate) streams_per_account: Arc<AtomicUsize>,
    pub(crate) connections: Connections,
    /// How many of them an address may have.
    pub(crate) seats: Arc<Most>,
    pub(crate) refusals: Arc<Refusals>,
    /// How busy the server was in the last hour.
    pub(crate) history: Arc<History>,
    /// Set when the server drains: streams end, readiness fails.
    pub(crate) draining: CancellationToken,
}

/// What of the settings can be replaced while the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// As in [`Settings`], like the others.
    pub rates: Option<Rates>,
    pub streams_per_account: usize,
    pub connections_per_address: usize,
}

/// How the server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether people may ask without a key.
    pub guests: bool,
    /// Open streams per account.
    pub streams_per_account: usize,
    /// Absent: no limits on rates, for load tests.
    pub rates: Option<Rates>,
    /// Pages of other sites that may call the API with a key: `https://app.example`. None: none.
    pub allowed_origins: Vec<HeaderValue>,
    /// Pages of other sites that may show `/embed` in a frame. None: none.
    pub frame_ancestors: Vec<HeaderValue>,
    /// Whether there is a page for operators at `/admin`.
    pub admin_page: bool,
    /// Where people find this server, and whose pages a cookie counts on; absent: where the request
    /// was sent to.
    pub public_url: Option<String>,
    /// The identity provider whose tokens are believed beside our own keys.
    pub issuer: Option<Arc<Issuer>>,
    /// Who is believed about where a request comes from.
    pub proxies: Proxies,
    /// How long `interpret` waits for the reading before it answers with the task.
    pub interpret_wait: Duration,
    /// TLS, where no proxy adds it.
    pub tls: Option<Tls>,
    /// Open connections; whoever comes beyond them waits.
    pub connections: usize,
    /// Open connections of one address, unless it is a trusted proxy's or there are no rates;
    /// whoever comes beyond them is cut.
    pub connections_per_address: usize,
    /// How long a client may take to send a request's body.
    pub body_timeout: Duration,
    /// How long a client that has opened a connection may say nothing. Browsers open some ahead of
    /// what they may ask.
    pub first_word_timeout: Duration,
    /// How long a connection of HTTP/2 may have no request open before it is ended.
    pub idle_timeout: Duration,
    /// How long a client may leave what it is sent unread before its connection is cut.
    pub write_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            guests: true,
            streams_per_account: 32,
            rates: Some(Rates::default()),
            allowed_origins: Vec::new(),
            frame_ancestors: Vec::new(),
            admin_page: true,
            public_url: None,
            issuer: None,
            proxies: Proxies::default(),
            interpret_wait: Duration::from_secs(60),
            tls: None,
            connections: 20_000,
            connections_per_address: 1000,
            body_timeout: Duration::from_secs(20),
            first_word_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
        }
    }
}

impl App {
    pub fn new(
        tasks: Tasks,
        accounts: Accounts,
        fortune: FortuneSystem,
        settings: Settings,
    ) -> Self {
        Self {
            tasks,
            accounts,
            fortune,
            limiter: Arc::new(Limiter::new(settings.rates)),
            streams: Arc::new(Streams::default()),
            streams_per_account: Arc::new(AtomicUsize::new(settings.streams_per_account)),
            seats: Arc::new(Most::new(&settings)),
            connections: Connections::new(settings.connections),
            refusals: Arc::new(Refusals::default()),
            history: Arc::new(History::default()),
            settings: Arc::new(settings),
            draining: CancellationToken::new(),
        }
    }

    /// From now on requests are held against these; what is open stays open.
    pub fn cap(&self, caps: Caps) {
        self.limiter.replace(caps.rates);
        self.streams_per_account
            .store(caps.streams_per_account, Relaxed);
        self.seats
            .replace(caps.rates.is_some(), caps.connections_per_address);
    }
}
