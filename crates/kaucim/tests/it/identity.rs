//! An identity provider before the real program: its keys by an address, renewed and withdrawn.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::timeout,
};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use crate::program::{PATIENCE, Server, asking, model};

const HISTORY: &str = "/api/v1/async-chat/history";

/// A key of the provider, and what it publishes of it.
struct Key {
    signs: EncodingKey,
    published: Value,
}

impl Key {
    fn new(kid: &str) -> Self {
        let way = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(way, &SystemRandom::new()).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(way, pkcs8.as_ref()).expect("a key");
        let public = pair.public_key().as_ref();
        let published = json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig",
            "x": URL_SAFE_NO_PAD.encode(&public[1..33]),
            "y": URL_SAFE_NO_PAD.encode(&public[33..65]) });
        Self {
            signs: EncodingKey::from_ec_der(pkcs8.as_ref()),
            published,
        }
    }

    fn token(&self) -> String {
        let head = Header {
            kid: self.published["kid"].as_str().map(str::to_owned),
            ..Header::new(Algorithm::ES256)
        };
        let claims = json!({ "iss": "https://login.example", "aud": "kaucim", "sub": "mei",
            "exp": Timestamp::now().as_second() + 3600 });
        encode(&head, &claims, &self.signs).expect("it is signed")
    }
}

/// A web server that publishes keys, or says something else.
struct Provider {
    address: String,
    answer: Arc<Mutex<String>>,
    _serving: TaskTrackerToken,
}

impl Provider {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let answer = Arc::new(Mutex::new(String::new()));
        let tracker = TaskTracker::new();
        let said = Arc::clone(&answer);
        tracker.spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                // The head of a request that asks for one thing only.
                let _ = socket.read(&mut [0; 4096]).await;
                let answer = said.lock().expect("nobody panics").clone();
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            address,
            answer,
            _serving: tracker.token(),
        }
    }

    fn says(&self, head: &str, body: &str) {
        let answer = format!(
            "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        *self.answer.lock().expect("nobody panics") = answer;
    }

    fn publishes(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| &key.published).collect();
        self.says("200 OK", &json!({ "keys": keys }).to_string());
    }

    /// A file that believes this provider, and looks at its keys often.
    fn configured(&self, folder: &TempDir) -> String {
        let path = folder.path().join("kaucim.toml");
        let text = format!(
            "[identity]\nissuer = \"https://login.example\"\naudience = \"kaucim\"\n\
             jwks_url = \"http://{}/keys\"\nscopes_without_claim = [\"ask\", \"read\"]\n\
             refresh = 1\nkeep_keys = 4\n",
            self.address
        );
        std::fs::write(&path, text).expect("it is written");
        path.display().to_string()
    }
}

async fn status(server: &Server, key: &Key) -> u16 {
    let client = Client::builder().no_proxy().build().expect("a client");
    let request = client.get(server.url(HISTORY)).bearer_auth(key.token());
    let answer = request.send().await.expect("the server answers");
    answer.status().as_u16()
}

/// Waits until tokens of this key are answered so.
async fn until(server: &Server, key: &Key, expected: u16) {
    let answered = async { while status(server, key).await != expected {} };
    let waited = timeout(PATIENCE, answered).await;
    waited.unwrap_or_else(|_| panic!("never answered {expected}: {}", server.words()));
}

#[tokio::test]
async fn keys_come_from_an_address_and_go_when_the_provider_withdraws_them() {
    let (one, two, three) = (Key::new("one"), Key::new("two"), Key::new("three"));
    let provider = Provider::start().await;
    provider.publishes(&[&one]);
    let folder = TempDir::new().expect("a folder");
    let sim = model("rate=0;fault=hang").await;
    let mut environment = asking(&sim, "openai");
    environment.push(("KAUCIM_CONFIG", provider.configured(&folder)));
    let server = Server::start(environment).await;
    assert_eq!(status(&server, &one).await, 200);
    assert_eq!(status(&server, &two).await, 401);

    // The next key is published beside the first.
    provider.publishes(&[&one, &two]);
    until(&server, &two, 200).await;
    assert_eq!(status(&server, &one).await, 200);

    // The first is withdrawn, while somebody reads with it.
    let client = Client::builder().no_proxy().build().expect("a client");
    let body = json!({ "deity_id": "yue_lao", "question": "Will it rain?" });
    let ask = client.post(server.url("/api/v1/async-chat/ask-question"));
    let asked = ask.bearer_auth(one.token()).json(&body).send().await;
    let asked: Value = asked.expect("an answer").json().await.expect("JSON");
    let stream = asked["stream_url"].as_str().expect("a stream");
    let stream = client.get(server.url(stream)).bearer_auth(one.token());
    let stream = stream.send().await.expect("a stream");
    assert_eq!(stream.status(), 200);
    provider.publishes(&[&two]);
    let rest = timeout(PATIENCE, stream.text()).await.expect("it ends");
    let rest = rest.expect("it ends well");
    assert!(!rest.contains("event: complete"), "{rest}");
    until(&server, &one, 401).await;
    assert_eq!(status(&server, &two).await, 200);

    // A provider that sends elsewhere is not followed, and not believed for ever.
    let elsewhere = Provider::start().await;
    elsewhere.publishes(&[&three]);
    let head = format!("302 Found\r\nLocation: http://{}/keys", elsewhere.address);
    provider.says(&head, "");
    until(&server, &two, 401).await;
    assert_eq!(status(&server, &three).await, 401);
    let told = async { while !server.words().contains("no token is believed") {} };
    timeout(PATIENCE, told).await.expect("the log says why");
    provider.publishes(&[&two]);
    until(&server, &two, 200).await;
    sim.stop().await;
}
