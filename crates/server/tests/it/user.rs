//! Somebody who uses the server: what they do, and the answers they get.

use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, soon},
    reader::Reader,
};

pub(crate) const ASK: &str = "/api/v1/async-chat/ask-question";
pub(crate) const INTERPRET: &str = "/api/v1/fortune/interpret";
pub(crate) const HISTORY: &str = "/api/v1/async-chat/history";

/// A client with one credential, or none.
#[derive(Clone)]
pub(crate) struct User {
    pub client: Client,
    url: String,
    credential: Credential,
}

#[derive(Clone)]
enum Credential {
    Key(String),
    Cookie(String),
    None,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    bytes: Vec<u8>,
}

impl User {
    pub(crate) fn with_key(app: &TestApp, key: &str) -> Self {
        Self::new(app, Credential::Key(key.to_owned()))
    }

    pub(crate) fn with_cookie(app: &TestApp, cookie: &str) -> Self {
        Self::new(app, Credential::Cookie(cookie.to_owned()))
    }

    pub(crate) fn without_credential(app: &TestApp) -> Self {
        Self::new(app, Credential::None)
    }

    fn new(app: &TestApp, credential: Credential) -> Self {
        Self {
            client: app.client.clone(),
            url: app.url.clone(),
            credential,
        }
    }

    /// The same user at another server.
    pub(crate) fn at(&self, app: &TestApp) -> Self {
        Self {
            url: app.url.clone(),
            ..self.clone()
        }
    }

    /// The same user, speaking HTTP/2.
    pub(crate) fn over_http_2(self) -> Self {
        let client = Client::builder().no_proxy().http2_prior_knowledge();
        Self {
            client: client.build().expect("a client is made"),
            ..self
        }
    }

    /// The bearer key or the cookie's secret.
    pub(crate) fn secret(&self) -> &str {
        match &self.credential {
            Credential::Key(key) => key,
            Credential::Cookie(cookie) => cookie.split_once('=').expect("a cookie has a name").1,
            Credential::None => panic!("there is no secret"),
        }
    }

    /// A request with this user's credential.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.credential {
            Credential::Key(key) => request.bearer_auth(key),
            Credential::Cookie(cookie) => request.header("cookie", cookie),
            Credential::None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(Method::POST, path);
        answer(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    /// Asks Yue Lao about lot 7; returns the task's id.
    pub(crate) async fn ask(&self, text: &str) -> String {
        self.accepted(&question(text)).await
    }

    /// Asks with this body, which must be accepted; returns the task's id.
    pub(crate) async fn accepted(&self, body: &Value) -> String {
        let answer = self.post(ASK, Some(body)).await;
        assert_eq!(
            answer.status,
            202,
            "the question is accepted: {}",
            answer.body()
        );
        let accepted = answer.json();
        let task_id = accepted["task_id"].as_str();
        task_id.expect("the answer names the task").to_owned()
    }

    /// Opens the event stream from the start.
    pub(crate) async fn follow(&self, task_id: &str) -> Reader {
        Reader::open(self.request(Method::GET, &stream_path(task_id))).await
    }

    /// Opens the event stream after a cursor.
    pub(crate) async fn follow_from(&self, task_id: &str, cursor: &str) -> Reader {
        let request = self.request(Method::GET, &stream_path(task_id));
        Reader::open(request.header("last-event-id", cursor)).await
    }

    pub(crate) async fn cancel(&self, task_id: &str) -> Answer {
        self.post(&format!("{}/cancel", task_path(task_id)), None)
            .await
    }

    pub(crate) async fn erase(&self, task_id: &str) -> Answer {
        self.delete(&task_path(task_id)).await
    }

    /// The task as one document.
    pub(crate) async fn task(&self, task_id: &str) -> Value {
        let answer = self.get(&task_path(task_id)).await;
        assert_eq!(answer.status, 200, "the task is shown: {}", answer.body());
        answer.json()
    }

    /// The caller's tasks.
    pub(crate) async fn history(&self) -> Vec<Value> {
        let answer = self.get(HISTORY).await;
        assert_eq!(
            answer.status,
            200,
            "the history is shown: {}",
            answer.body()
        );
        let tasks = answer.json()["tasks"].take();
        tasks
            .as_array()
            .expect("a history is a list of tasks")
            .clone()
    }

    /// Waits until the task has ended, and returns it.
    pub(crate) async fn finished(&self, task_id: &str) -> Value {
        self.follow(task_id).await.rest().await;
        self.task(task_id).await
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        let value = value.unwrap_or_else(|| panic!("`{name}` is missing in {:?}", self.headers));
        value.to_str().expect("a header is text")
    }

    /// The body, for messages.
    pub(crate) fn body(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error} in the answer {}", self.body()))
    }

    /// The cookie that the answer sets, as it is sent back.
    #[track_caller]
    pub(crate) fn cookie(&self) -> String {
        let (cookie, _) = self
            .header("set-cookie")
            .split_once(';')
            .expect("a cookie has attributes");
        cookie.to_owned()
    }

    /// Asserts that the answer is this problem, in the form of its route: that of RFC 9457, or of
    /// OpenAI where its clients call.
    #[track_caller]
    pub(crate) fn assert_refused(&self, path: &str, status: u16, code: &str) {
        if !path.starts_with("/v1/") {
            self.assert_problem(status, code);
            return;
        }
        let about = format!("{path} answered {}: {}", self.status, self.body());
        assert_eq!(self.status, status, "{about}");
        assert_eq!(self.header("content-type"), "application/json");
        let error = &self.json()["error"];
        assert_eq!(error["code"], code, "{about}");
        assert!(error["message"].is_string(), "{about}");
        assert!(error["type"].is_string(), "{about}");
    }

    /// Asserts that the answer is this problem, in the form of RFC 9457.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, code: &str) -> Value {
        let about = format!("answered {}: {}", self.status, self.body());
        assert_eq!(self.status, status, "{about}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status, "{about}");
        assert_eq!(problem["code"], code, "{about}");
        for member in ["type", "title", "detail"] {
            assert!(problem[member].is_string(), "`{member}` is told: {about}");
        }
        if status == 401 {
            assert!(
                self.header("www-authenticate").starts_with("Bearer"),
                "{about}"
            );
        }
        problem
    }
}

/// Sends a request and reads the answer to its end.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let sent = soon("an answer", request.send()).await;
    let response = sent.expect("the server answers");
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = soon("the end of an answer", response.bytes()).await;
    Answer {
        status,
        headers,
        bytes: bytes.expect("the answer ends well").to_vec(),
    }
}

/// A question to Yue Lao about lot 7, to be answered in Chinese whatever else it says.
pub(crate) fn question(text: &str) -> Value {
    json!({ "deity_id": "yue_lao", "fortune_number": 7, "question": text, "language": "zh" })
}

pub(crate) fn task_path(task_id: &str) -> String {
    format!("/api/v1/async-chat/task/{task_id}")
}

pub(crate) fn stream_path(task_id: &str) -> String {
    format!("/api/v1/async-chat/stream/{task_id}")
}
