//! Maps HTTP and server-sent events to the tasks, and serves the page.
//!
//! [`serve()`] is everything a program needs: it owns neither the port nor the signal.

mod app;
mod auth;
mod body;
mod completions;
mod connections;
mod cross_origin;
mod history;
mod limits;
mod markdown;
mod openapi;
mod page;
mod parameters;
mod problem;
mod proxies;
mod qr;
mod refusals;
mod routes;
mod serve;
mod site;
mod sse;
mod streams;
mod strict;
mod tls;
mod tokens;
mod told;
mod ui_messages;

pub use crate::{
    app::{App, Caps, Settings},
    limits::Rates,
    proxies::{ForwardedHeader, Proxies},
    serve::{serve, service},
    tls::{Tls, TlsError},
    tokens::{Issuer, IssuerKeys, KeysError, TokenAlgorithm},
};
