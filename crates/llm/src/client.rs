//! Sends one request to one model server and holds the answer to its time limits.

use std::{
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use futures::{Stream, StreamExt, future::BoxFuture, pin_mut, stream::BoxStream};
use reqwest::{
    Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use crate::{
    Answer, ConfigError, Decoder, Delta, Error, Limit, Limits, Model, ModelConfig, ModelName,
    Provider, Request,
    clock::Clock,
    dialect::{Call, Term, Terms},
    refusal,
};

/// The most bytes of a refusal that are read.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// Model servers close idle connections after five seconds; ours are gone before.
const POOL_IDLE: Duration = Duration::from_secs(4);

/// The end of a body follows the end of the answer at once, or it is not waited for.
const RELEASE_LIMIT: Duration = Duration::from_millis(50);

/// One model at one server, asked once for each call: no queue and no second try.
///
/// The exception is a request whose *form* is refused (the schema, a parameter): it is sent again
/// in the next simpler form, and what worked is remembered as long as the client lives.
pub struct Client {
    name: ModelName,
    provider: Provider,
    http: reqwest::Client,
    chat: Url,
    api_key: Option<SecretString>,
    limits: Limits,
    keep_alive: Option<Duration>,
    context: Option<u32>,
    /// The bits of the [`Terms`] that the server has taught us.
    learned: AtomicU16,
}

impl Client {
    /// Sets up the client; nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL or the key cannot be used.
    pub fn new(config: &ModelConfig) -> Result<Self, ConfigError> {
        let provider = config.provider;
        Ok(Self {
            name: ModelName {
                provider: provider.name().to_owned(),
                name: config.name.clone(),
            },
            provider,
            http: http_client(config)?,
            chat: config.url(provider.chat_path())?,
            api_key: config.api_key.clone(),
            limits: config.limits,
            keep_alive: config.keep_alive,
            context: config.context,
            learned: AtomicU16::new(0),
        })
    }

    fn run(
        &self,
        request: Request,
        is_streamed: bool,
    ) -> impl Stream<Item = Result<Delta, Error>> + Send + '_ {
        async_stream::stream! {
            let mut call = self.call(&request, is_streamed);
            let (mut response, mut decoder, mut clock) = loop {
                yield Ok(Delta::Calling);
                let clock = match is_streamed {
                    true => Clock::for_stream(&self.limits),
                    false => Clock::for_whole(&self.limits),
                };
                match self.open(&call, &clock).await {
                    Ok((response, decoder)) => break (response, decoder, clock),
                    Err(error) => match self.provider.give_way(&call, &error) {
                        Some(terms) => call.terms = terms,
                        None => {
                            yield Err(error);
                            return;
                        }
                    },
                }
            };
            loop {
                let items = match clock.within(response.chunk()).await {
                    Ok(Ok(Some(bytes))) => decoder.feed(&bytes),
                    // Whether it ended or broke, the verdict depends on what was said before.
                    Ok(Ok(None) | Err(_)) => decoder.end(),
                    Err(_) if decoder.has_ending() => decoder.end(),
                    Err(error) => vec![Err(error)],
                };
                for item in items {
                    let item = item.map_err(|error| without_key(self.api_key.as_ref(), error));
                    if matches!(item, Ok(Delta::Text(_))) {
                        self.remember(&call);
                    }
                    let has_finished = matches!(item, Ok(Delta::Finished(_)));
                    let has_failed = item.is_err();
                    yield item;
                    if has_finished {
                        return release(response).await;
                    }
                    if has_failed {
                        return;
                    }
                    clock.heard();
                }
                if decoder.has_ending() {
                    clock.ended();
                }
            }
        }
    }

    fn call<'a>(&'a self, request: &'a Request, is_streamed: bool) -> Call<'a> {
        Call {
            model: &self.name.name,
            request,
            terms: Terms::from_bits(self.learned.load(Ordering::Relaxed)),
            is_streamed,
            keep_alive: self.keep_alive,
            context: self.context,
        }
    }

    /// Sends the request and waits for the head of an answer that can be decoded.
    async fn open(&self, call: &Call<'_>, clock: &Clock) -> Result<(Response, Decoder), Error> {
        let body = self.provider.write(call);
        let sent = clock
            .within(self.http.post(self.chat.clone()).json(&body).send())
            .await?;
        let mut response = sent.map_err(connect_error)?;
        if response.status().as_u16() != 200 {
            let error = clock.within(read_refusal(&mut response)).await?;
            return Err(without_key(self.api_key.as_ref(), error));
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let decoder = Decoder::new(self.provider, content_type)?;
        Ok((response, decoder))
    }

    /// Keeps the terms on which an answer came.
    fn remember(&self, call: &Call<'_>) {
        let terms = match call.request.schema.is_some() {
            true => call.terms.with(Term::SchemaWorks),
            false => call.terms,
        };
        let before = self.learned.fetch_or(terms.bits(), Ordering::Relaxed);
        let before = Terms::from_bits(before).with(Term::SchemaWorks);
        if before.bits() | terms.bits() != before.bits() {
            tracing::warn!(
                model.name = %self.name,
                model.terms = ?terms,
                "{} refused the full form of the request and gets a simpler one from now on",
                self.name,
            );
        }
    }
}

impl Model for Client {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        Box::pin(collect(self.run(request, false)))
    }

    fn generate_stream(&self, request: Request) -> BoxStream<'_, Result<Delta, Error>> {
        self.run(request, true).boxed()
    }
}

/// A client for one server: no redirects, no proxy from the environment, short-lived idle
/// connections.
pub(crate) fn http_client(config: &ModelConfig) -> Result<reqwest::Client, ConfigError> {
    let mut headers = HeaderMap::new();
    let accepted = "text/event-stream, application/x-ndjson, application/json";
    headers.insert(ACCEPT, HeaderValue::from_static(accepted));
    if let Some(key) = &config.api_key {
        let bearer = format!("Bearer {}", key.expose_secret().trim());
        let model = || format!("{}:{}", config.provider.name(), config.name);
        let mut value =
            HeaderValue::try_from(bearer).map_err(|_| ConfigError::ApiKey { model: model() })?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    reqwest::Client::builder()
        .user_agent("kaucim")
        .default_headers(headers)
        .connect_timeout(config.limits.connect)
        .pool_idle_timeout(POOL_IDLE)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(ConfigError::Http)
}

/// What went wrong before the head of an answer came.
pub(crate) fn connect_error(error: reqwest::Error) -> Error {
    match error.is_timeout() && error.is_connect() {
        true => Error::TimedOut(Limit::Connect),
        false => Error::Connect(error.without_url()),
    }
}

/// Reads the body of a refusal as far as it is of use.
pub(crate) async fn read_refusal(response: &mut Response) -> Error {
    let mut body = Vec::new();
    while let Ok(Some(bytes)) = response.chunk().await {
        body.extend_from_slice(&bytes);
        if body.len() >= MAX_REFUSAL_BYTES {
            body.truncate(MAX_REFUSAL_BYTES);
            break;
        }
    }
    refusal::from_response(response.status(), response.headers(), &body)
}

/// Takes the key out of an error: some servers repeat it in their refusal.
pub(crate) fn without_key(key: Option<&SecretString>, mut error: Error) -> Error {
    let key = key.map_or("", |key| key.expose_secret().trim());
    if let Error::Unavailable { message, .. }
    | Error::Refused { message, .. }
    | Error::Failed { message }
    | Error::Malformed { message } = &mut error
        && !key.is_empty()
        && message.contains(key)
    {
        *message = message.replace(key, "(the key)");
    }
    error
}

/// Reads the few bytes after a finished answer, so that its connection can be used again.
async fn release(mut response: Response) {
    let read = async { while let Ok(Some(_)) = response.chunk().await {} };
    // A server that leaves the answer open has its connection closed.
    let _ = timeout(RELEASE_LIMIT, read).await;
}

async fn collect(deltas: impl Stream<Item = Result<Delta, Error>>) -> Result<Answer, Error> {
    pin_mut!(deltas);
    let mut text = String::new();
    while let Some(delta) = deltas.next().await {
        match delta? {
            Delta::Calling | Delta::Thinking => {}
            Delta::Text(piece) => text.push_str(&piece),
            Delta::Finished(finish) => return Ok(Answer { text, finish }),
        }
    }
    Err(Error::CutOff)
}
