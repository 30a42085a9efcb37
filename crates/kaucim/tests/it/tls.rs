//! TLS of the real program: by its configuration, and with a certificate that is renewed.

use std::path::Path;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use reqwest::{Certificate, Client};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::program::{PATIENCE, Server};

fn certified() -> CertifiedKey<KeyPair> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    generate_simple_self_signed(names).expect("a certificate")
}

/// A client that trusts this certificate alone, with connections of its own.
fn client(certified: &CertifiedKey<KeyPair>) -> Client {
    let trusted = Certificate::from_pem(certified.cert.pem().as_bytes());
    let client = Client::builder()
        .no_proxy()
        .tls_certs_only([trusted.expect("a certificate")]);
    client.build().expect("a client")
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("it is written");
}

async fn shows(server: &Server, certified: &CertifiedKey<KeyPair>) -> bool {
    let url = format!("https://{}/healthz", server.address);
    client(certified).get(url).send().await.is_ok()
}

#[tokio::test]
async fn a_certificate_of_the_configuration_is_shown_and_renewed() {
    let (first, second) = (certified(), certified());
    let folder = TempDir::new().expect("a folder");
    write(folder.path(), "chain.pem", &first.cert.pem());
    write(folder.path(), "key.pem", &first.signing_key.serialize_pem());
    let (chain, key) = (
        folder.path().join("chain.pem"),
        folder.path().join("key.pem"),
    );
    let file = format!("[tls]\ncertificate = {chain:?}\nkey = {key:?}\n");
    write(folder.path(), "kaucim.toml", &file);
    let configuration = folder.path().join("kaucim.toml").display().to_string();
    let server = Server::start(vec![
        ("KAUCIM_CONFIG", configuration),
        ("KAUCIM_MODEL", "classic".to_owned()),
    ])
    .await;
    assert!(shows(&server, &first).await && !shows(&server, &second).await);
    let session = format!("https://{}/api/v1/session", server.address);
    for (scheme, status) in [("https", 200), ("http", 403)] {
        let origin = format!("{scheme}://{}", server.address);
        let request = client(&first).post(&session).header("origin", origin);
        let answer = request.send().await.expect("the server answers");
        assert_eq!(answer.status(), status, "a page that came by {scheme}");
    }
    let plain = Client::builder().no_proxy().build().expect("a client");
    let plain = plain.get(server.url("/healthz")).send().await;
    assert!(plain.is_err(), "nothing is said without TLS");

    // Half of the new pair is no pair: the old one stays.
    write(folder.path(), "chain.pem", &second.cert.pem());
    let refused = async {
        while !server
            .words()
            .contains("the new certificate cannot be used")
        {
            server.hang_up().await;
        }
    };
    timeout(PATIENCE, refused).await.expect("it is told");
    assert!(shows(&server, &first).await);
    write(
        folder.path(),
        "key.pem",
        &second.signing_key.serialize_pem(),
    );
    let renewed = async {
        while !shows(&server, &second).await {
            server.hang_up().await;
        }
    };
    timeout(PATIENCE, renewed)
        .await
        .expect("the new one is shown");
    assert!(
        !shows(&server, &first).await,
        "the old one is shown to nobody"
    );
}
