//! TLS by configuration: both versions of HTTP, a certificate that is replaced, and nothing plain.

use kaucim_server::{Settings, Tls};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, Version};

use crate::{
    app::{Setup, TestApp, soon},
    raw::send_raw,
};

fn certified() -> CertifiedKey<rcgen::KeyPair> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    generate_simple_self_signed(names).expect("a certificate")
}

fn pem(certified: &CertifiedKey<rcgen::KeyPair>) -> (String, String) {
    (certified.cert.pem(), certified.signing_key.serialize_pem())
}

fn client(certified: &CertifiedKey<rcgen::KeyPair>, only_http_1: bool) -> Client {
    let trusted = Certificate::from_pem(certified.cert.pem().as_bytes());
    let client = Client::builder()
        .no_proxy()
        .tls_certs_only([trusted.expect("a certificate")]);
    let client = if only_http_1 {
        client.http1_only()
    } else {
        client
    };
    client.build().expect("a client")
}

#[tokio::test]
async fn tls_is_spoken_and_nothing_else() {
    let (first, second) = (certified(), certified());
    let (chain, key) = pem(&first);
    let tls = Tls::new(chain.as_bytes(), key.as_bytes()).expect("a pair");
    let server = Settings {
        tls: Some(tls.clone()),
        ..Settings::default()
    };
    let app = TestApp::with(Setup {
        server,
        ..Setup::default()
    })
    .await;
    let url = app.url.replace("http://", "https://");
    let session = format!("{url}/api/v1/session");
    for (only_http_1, version) in [(true, Version::HTTP_11), (false, Version::HTTP_2)] {
        let sent = client(&first, only_http_1).post(&session).send();
        let answer = soon("an answer", sent).await.expect("the server answers");
        assert_eq!((answer.status().as_u16(), answer.version()), (200, version));
        let cookie = answer.headers()["set-cookie"].to_str().expect("text");
        assert!(cookie.ends_with("; Secure"), "{cookie}");
        assert!(answer.headers().contains_key("strict-transport-security"));
    }
    let plain = send_raw(&app, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(!plain.contains("200"), "{plain}");

    let (chain, key) = pem(&second);
    assert!(tls.replace(chain.as_bytes(), b"no key").is_err());
    assert!(tls.replace(b"", key.as_bytes()).is_err());
    let (_, others) = pem(&first);
    assert!(
        tls.replace(chain.as_bytes(), others.as_bytes()).is_err(),
        "not a pair"
    );
    let still = client(&first, false).get(format!("{url}/healthz")).send();
    assert!(
        soon("an answer", still).await.is_ok(),
        "what is refused changes nothing"
    );
    tls.replace(chain.as_bytes(), key.as_bytes())
        .expect("a pair");
    let old = client(&first, false).get(format!("{url}/healthz")).send();
    assert!(
        soon("an answer", old).await.is_err(),
        "the old one is not shown"
    );
    let new = client(&second, false).get(format!("{url}/healthz")).send();
    assert!(soon("an answer", new).await.is_ok());
}
