//! The address of a database server, with everything that a connection needs.

use std::{fmt, path::Path, str::FromStr, time::Duration};

use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};

use super::{super::StoreError, tls::Tls};

/// Connections that a node has at most, where the address does not say it.
const CONNECTIONS: usize = 16;

/// A `postgres://` address. Beside what libpq knows it takes `connections`, how many a node may
/// have (16), and `sslrootcert`, a file (PEM) of the certificates that the server's is held
/// against. Without `sslmode` a server on another machine must use TLS; its certificate and name
/// are always verified.
#[derive(Clone)]
pub struct DatabaseUrl {
    settings: Config,
    tls: Tls,
    connections: usize,
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        let wrong = |why: &str| StoreError::Address(why.to_owned());
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        if !(base.starts_with("postgres://") || base.starts_with("postgresql://")) {
            return Err(wrong("it must begin with postgres://"));
        }
        let mut connections = CONNECTIONS;
        let mut roots = None;
        let mut says_mode = false;
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("connections", number)) => {
                    let number = number.parse().ok().filter(|number| *number > 0);
                    connections =
                        number.ok_or_else(|| wrong("connections is no number above 0"))?;
                }
                Some(("sslrootcert", file)) => roots = Some(file.to_owned()),
                // Nothing less is ever done.
                Some(("sslmode", "verify-full" | "verify-ca")) => {
                    says_mode = true;
                    kept.push("sslmode=require");
                }
                Some(("sslmode", _)) => {
                    says_mode = true;
                    kept.push(pair);
                }
                Some(_) | None => kept.push(pair),
            }
        }
        let plain = format!("{base}?{}", kept.join("&"));
        let mut settings: Config = plain.parse().map_err(|error: tokio_postgres::Error| {
            // It never repeats a password.
            let cause = std::error::Error::source(&error);
            StoreError::Address(cause.map_or_else(|| error.to_string(), ToString::to_string))
        })?;
        if !says_mode {
            let is_local = settings.get_hosts().iter().all(is_local);
            settings.ssl_mode(if is_local {
                SslMode::Disable
            } else {
                SslMode::Require
            });
        }
        // Only the primary has the truth. And a server that is gone is found out.
        settings
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .keepalives_idle(Duration::from_secs(15))
            .tcp_user_timeout(Duration::from_secs(10));
        if settings.get_application_name().is_none() {
            settings.application_name("kaucim");
        }
        if settings.get_connect_timeout().is_none() {
            settings.connect_timeout(Duration::from_secs(3));
        }
        Ok(Self {
            settings,
            tls: Tls::new(roots.as_deref().map(Path::new))?,
            connections,
        })
    }
}

impl DatabaseUrl {
    pub(super) fn settings(&self) -> &Config {
        &self.settings
    }

    pub(super) fn tls(&self) -> Tls {
        self.tls.clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
    }
}

/// Where it is and of which name, without what proves who asks.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (index, host) in self.settings.get_hosts().iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match host {
                Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
            }
        }
        write!(f, "/{}", self.settings.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_a_connection_needs_and_never_its_password() {
        let check = |url: &str, shown: &str, mode: SslMode, connections: usize| {
            let url: DatabaseUrl = url.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("secret"));
            assert_eq!(url.settings.get_ssl_mode(), mode, "{shown}");
            assert_eq!(url.connections, connections);
        };
        let elsewhere = "postgres://kaucim:secret@db.example/temple";
        check(
            elsewhere,
            "postgres://db.example/temple",
            SslMode::Require,
            16,
        );
        check(
            "postgresql://kaucim:secret@127.0.0.1:5433/temple?connections=4",
            "postgres://127.0.0.1/temple",
            SslMode::Disable,
            4,
        );
        let own = format!("{elsewhere}?sslmode=disable&application_name=x");
        check(&own, "postgres://db.example/temple", SslMode::Disable, 16);
        let full = format!("{elsewhere}?sslmode=verify-full");
        check(&full, "postgres://db.example/temple", SslMode::Require, 16);
        let socket = "postgres:///temple?host=/run/postgresql";
        check(
            socket,
            "postgres:///run/postgresql/temple",
            SslMode::Disable,
            16,
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for hostile in [
            "",
            "data.db",
            "mysql://db/temple",
            "postgres://db/temple?connections=0",
            "postgres://db/temple?connections=many",
            "postgres://db/temple?sslmode=perhaps",
            "postgres://db/temple?nonsense=1",
            "postgres://db/temple?sslrootcert=/nowhere/at/all.pem",
        ] {
            let refused = hostile.parse::<DatabaseUrl>();
            assert!(matches!(refused, Err(StoreError::Address(_))), "{hostile}");
        }
    }
}
