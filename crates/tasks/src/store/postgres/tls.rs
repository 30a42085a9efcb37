//! TLS to the database server, with the one stack that everything else uses. The server's
//! certificate and name are always verified.

use std::{
    io,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::{FutureExt, future::BoxFuture};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::{
    TlsConnector, client,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use super::super::StoreError;

/// How connections are made secret.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
}

/// TLS to one server.
pub(super) struct Connector {
    config: Arc<ClientConfig>,
    /// A socket of this machine has none, and no TLS.
    name: Option<ServerName<'static>>,
}

/// A connection that is secret.
pub(super) struct Secret<S>(client::TlsStream<S>);

impl Tls {
    /// Believes the certificates of a file, or else those that the machine believes.
    pub(super) fn new(roots: Option<&Path>) -> Result<Self, StoreError> {
        let mut store = RootCertStore::empty();
        match roots {
            Some(file) => {
                let wrong = |error: &dyn std::fmt::Display| {
                    let file = file.display();
                    StoreError::Address(format!("could not read sslrootcert {file}: {error}"))
                };
                let certificates =
                    CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))?;
                for certificate in certificates {
                    let certificate = certificate.map_err(|error| wrong(&error))?;
                    store.add(certificate).map_err(|error| wrong(&error))?;
                }
            }
            // Where there are none, no server on another machine is believed.
            None => {
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| StoreError::Address(error.to_string()))?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Self {
            config: Arc::new(config),
        })
    }
}

impl<S> MakeTlsConnect<S> for Tls
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Secret<S>;
    type TlsConnect = Connector;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Connector, io::Error> {
        Ok(Connector {
            config: Arc::clone(&self.config),
            name: ServerName::try_from(domain.to_owned()).ok(),
        })
    }
}

impl<S> TlsConnect<S> for Connector
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Secret<S>;
    type Error = io::Error;
    type Future = BoxFuture<'static, Result<Secret<S>, io::Error>>;

    fn connect(self, stream: S) -> Self::Future {
        let Self { config, name } = self;
        async move {
            let name = name.ok_or(io::ErrorKind::InvalidInput)?;
            let connected = TlsConnector::from(config).connect(name, stream).await?;
            Ok(Secret(connected))
        }
        .boxed()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Secret<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Secret<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Secret<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
