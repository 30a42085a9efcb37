//! The page: embedded files, nothing else, under a strict policy.

use reqwest::Method;

use crate::{app::TestApp, raw::send_raw, user::answer};

#[tokio::test]
async fn the_page_runs_its_own_scripts_only() {
    let app = TestApp::start().await;
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/assets/app.js", "text/javascript; charset=utf-8"),
        ("/assets/base.css", "text/css; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml"),
    ] {
        let file = app.nobody().get(path).await;
        assert_eq!(file.status, 200, "{path}: {}", file.body());
        assert_eq!(file.header("content-type"), content_type, "{path}");
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(file.header("referrer-policy"), "no-referrer", "{path}");
        let policy = file.header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(
                policy.contains(directive),
                "{path}: {directive} is missing in {policy}"
            );
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
    let page = app.nobody().get("/").await.body();
    assert!(
        !page.contains("<script>") && !page.contains("<style"),
        "nothing stands inline"
    );
    assert!(
        !page.contains(" style=") && !page.contains(" onclick="),
        "nothing stands inline"
    );
}

#[tokio::test]
async fn a_file_that_the_client_has_is_not_sent_again() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let tag = nobody.get("/assets/app.js").await.header("etag").to_owned();
    let held = async |tags: &str| {
        let request = nobody.request(Method::GET, "/assets/app.js");
        answer(request.header("if-none-match", tags)).await
    };
    for tags in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"x\", {tag}"),
        "*".to_owned(),
    ] {
        let file = held(&tags).await;
        assert_eq!(file.status, 304, "{tags}");
        assert_eq!(file.body(), "");
        assert_eq!(file.header("etag"), tag);
    }
    assert_eq!(held("\"x\"").await.status, 200);
}

#[tokio::test]
async fn no_path_leads_out_of_the_page() {
    let app = TestApp::start().await;
    for path in [
        "/assets/../Cargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/assets/..%2fCargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/..\\Cargo.toml",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/../index.html",
        "/assets/app.js%00.png",
        "/assets/%ff",
        "/assets/",
        "/assets",
        "/../../etc/passwd",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let answer = send_raw(&app, &request).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
        assert!(
            answer.contains("application/problem+json"),
            "{path}: {answer}"
        );
    }
}

#[tokio::test]
async fn the_page_is_packed_for_those_who_unpack_it() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let ask = async |path: &str, encodings: &str| {
        let request = nobody.request(Method::GET, path);
        answer(request.header("accept-encoding", encodings)).await
    };
    for encodings in ["gzip", "br, gzip;q=0.5", "GZIP"] {
        let packed = ask("/assets/app.js", encodings).await;
        assert_eq!(packed.header("content-encoding"), "gzip", "{encodings}");
        assert_eq!(packed.header("vary"), "accept-encoding");
    }
    let plain = ask("/assets/app.js", "gzip;q=0, br").await;
    assert!(!plain.headers.contains_key("content-encoding"));
    let packed = ask("/assets/app.js", "gzip").await;
    assert_ne!(
        plain.header("etag"),
        packed.header("etag"),
        "two encodings, two tags"
    );
    let picture = ask("/assets/icon-192.png", "gzip").await;
    assert_eq!(picture.header("content-type"), "image/png");
    assert!(!picture.headers.contains_key("content-encoding"));
}

/// What is kept for times without a network is exactly what there is.
#[tokio::test]
async fn the_worker_knows_the_files_of_the_page() {
    let app = TestApp::start().await;
    let worker = app.nobody().get("/sw.js").await;
    assert_eq!(
        worker.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    let told = worker
        .body()
        .trim_end()
        .lines()
        .last()
        .expect("a line")
        .to_owned();
    let told = told
        .strip_prefix("start(")
        .and_then(|told| told.strip_suffix(");"));
    let told: serde_json::Value = serde_json::from_str(told.expect("a call")).expect("JSON");
    assert_eq!(told["version"].as_str().expect("text").len(), 16);
    let files = told["files"].as_array().expect("a list");
    for wanted in [
        "/",
        "/assets/app.js",
        "/assets/rite.css",
        "/manifest.webmanifest",
    ] {
        assert!(files.contains(&wanted.into()), "{wanted} is kept");
    }
    for path in files {
        let path = path.as_str().expect("text");
        assert_eq!(app.nobody().get(path).await.status, 200, "{path}");
    }
}

/// As it is transferred, without fonts, with everything that is loaded later.
#[tokio::test]
async fn the_page_weighs_little() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    let worker = nobody.get("/sw.js").await.body();
    let mut bytes = 0;
    for path in worker
        .rsplit('\n')
        .find(|line| !line.is_empty())
        .expect("a line")
        .split('"')
    {
        if path.starts_with('/') {
            let request = nobody.request(Method::GET, path);
            let packed = answer(request.header("accept-encoding", "gzip")).await;
            bytes += packed
                .header("content-length")
                .parse::<usize>()
                .expect("a number");
        }
    }
    assert!((10_000..150_000).contains(&bytes), "{bytes} bytes");
}
