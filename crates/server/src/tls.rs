//! TLS, where no proxy adds it: one certificate, which can be replaced while the server runs.

use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};

/// A certificate with its key, as the server shows it. A cheap handle: whoever has one can replace
/// what new connections are shown.
#[derive(Clone)]
pub struct Tls {
    shown: Arc<RwLock<Arc<ServerConfig>>>,
}

/// A certificate that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("there is no certificate in PEM form")]
    Certificate(#[source] rustls::pki_types::pem::Error),
    #[error("there is no certificate")]
    NoCertificate,
    #[error("there is no private key in PEM form")]
    Key(#[source] rustls::pki_types::pem::Error),
    #[error("certificate and key do not go together")]
    Pair(#[from] rustls::Error),
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// From a chain of certificates, the server's own first, and its private key.
    pub fn new(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        Ok(Self {
            shown: Arc::new(RwLock::new(Arc::new(config(chain, key)?))),
        })
    }

    /// Shows another certificate to whoever comes from now on. One that is refused changes nothing.
    pub fn replace(&self, chain: &[u8], key: &[u8]) -> Result<(), TlsError> {
        let config = Arc::new(config(chain, key)?);
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    pub(crate) async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let shown = self
            .shown
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        TlsAcceptor::from(shown).accept(socket).await
    }
}

fn config(chain: &[u8], key: &[u8]) -> Result<ServerConfig, TlsError> {
    let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(TlsError::Certificate)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(TlsError::Key)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
