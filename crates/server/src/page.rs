//! The page: three readable kinds of file, embedded, speaking only the public API.

use std::{collections::BTreeMap, io::Write, sync::LazyLock};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::{App, parameters::Path, problem::Problem};

#[derive(RustEmbed)]
#[folder = "web/"]
struct Web;

/// What the page and the client for JavaScript have in common, from the one place where it stands.
#[derive(RustEmbed)]
#[folder = "../../clients/js/shared/"]
#[prefix = "assets/kaucim/"]
struct Shared;

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The page, and the same in the frame of another site.
const PAGE: &str = "index.html";
const EMBEDDED: &str = "embedded.html";

/// The script that keeps the page for times without a network.
const WORKER: &str = "sw.js";

/// A file as it is sent.
struct Served {
    plain: Bytes,
    /// Absent where packing gains nothing.
    packed: Option<Bytes>,
    /// Of the content, in hexadecimal digits.
    hash: String,
}

/// Packed once, when the first of them is wanted.
static FILES: LazyLock<BTreeMap<String, Served>> = LazyLock::new(|| {
    let web = Web::iter().map(|path| (Web::get(&path), path));
    let shared = Shared::iter().map(|path| (Shared::get(&path), path));
    let mut files: BTreeMap<String, Served> = web
        .chain(shared)
        .filter_map(|(file, path)| Some((path.to_string(), file?)))
        .map(|(path, file)| {
            let served = Served::new(&path, Bytes::from(file.data.into_owned()));
            (path, served)
        })
        .collect();
    if let Some(page) = files.get(PAGE).map(embedded) {
        files.insert(EMBEDDED.to_owned(), page);
    }
    if let Some(worker) = files.get(WORKER).map(|file| worker(&files, file)) {
        files.insert(WORKER.to_owned(), worker);
    }
    files
});

pub(crate) fn router() -> Router<App> {
    let mut router = Router::new()
        .route("/admin", get(admin))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route(
            "/assets/{*path}",
            get(|Path(path): Path<String>, headers: HeaderMap| async move {
                file(&format!("assets/{path}"), &headers)
            }),
        );
    for (route, path) in [
        ("/", PAGE),
        ("/docs", "docs.html"),
        ("/sw.js", WORKER),
        ("/manifest.webmanifest", "manifest.webmanifest"),
    ] {
        let handler = get(move |headers: HeaderMap| async move { file(path, &headers) });
        router = router.route(route, handler);
    }
    router
        .route("/embed", get(embed))
        .route("/embed.js", get(embed_script))
}

/// The page for a frame, in the pages of those sites alone that are configured.
async fn embed(State(app): State<App>, headers: HeaderMap) -> Response {
    let mut response = file(EMBEDDED, &headers);
    let allowed = &app.settings.frame_ancestors;
    let allowed: Vec<&str> = allowed.iter().filter_map(|one| one.to_str().ok()).collect();
    if !allowed.is_empty() {
        let ancestors = format!("frame-ancestors {}", allowed.join(" "));
        let policy = POLICY.replace("frame-ancestors 'none'", &ancestors);
        if let Ok(policy) = HeaderValue::try_from(policy) {
            let head = response.headers_mut();
            head.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
    response
}

/// The script that makes such a frame. Modules of other sites are fetched as data is, so that any
/// page may read it; who may show the frame is another matter.
async fn embed_script(headers: HeaderMap) -> Response {
    let mut response = file("embed.js", &headers);
    let anybody = HeaderValue::from_static("*");
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anybody);
    response
}

/// The page for operators, where it is wanted. It is nothing that a search should find.
async fn admin(State(app): State<App>, headers: HeaderMap) -> Response {
    if !app.settings.admin_page {
        return Problem::RouteNotFound.into_response();
    }
    let mut response = file("admin.html", &headers);
    let robots = HeaderName::from_static("x-robots-tag");
    response
        .headers_mut()
        .insert(robots, HeaderValue::from_static("noindex, nofollow"));
    response
}

fn file(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = FILES.get(path) else {
        return Problem::RouteNotFound.into_response();
    };
    let packed = file.packed.as_ref().filter(|_| takes_gzip(headers));
    // Two encodings are two representations, and need two tags.
    let tag = format!(
        "\"{}{}\"",
        file.hash,
        if packed.is_some() { "-gz" } else { "" }
    );
    let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
    let mut response = if is_held(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        packed.unwrap_or(&file.plain).clone().into_response()
    };
    let head = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type(path)),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::VARY, "accept-encoding"),
    ] {
        head.insert(name, HeaderValue::from_static(value));
    }
    if packed.is_some() {
        let gzip = HeaderValue::from_static("gzip");
        head.insert(header::CONTENT_ENCODING, gzip);
    }
    head.insert(header::ETAG, tag);
    response
}

impl Served {
    fn new(path: &str, plain: Bytes) -> Self {
        let packed = if content_type(path) == "image/png" {
            None
        } else {
            gzip(&plain).filter(|packed| packed.len() < plain.len())
        };
        let digest = Sha256::digest(&plain);
        let hash = digest[..12].iter().map(|byte| format!("{byte:02x}"));
        Self {
            hash: hash.collect(),
            packed,
            plain,
        }
    }
}

/// The page, told that it stands in a frame, before any script runs.
fn embedded(page: &Served) -> Served {
    let text = String::from_utf8_lossy(&page.plain);
    let told = text.replacen("<html ", "<html data-embed ", 1);
    Served::new(EMBEDDED, Bytes::from(told))
}

/// The worker, told which files it is to keep, and by which name they all together are known.
fn worker(files: &BTreeMap<String, Served>, script: &Served) -> Served {
    let kept: Vec<String> = files
        .keys()
        .filter(|path| path.as_str() != WORKER && !path.starts_with("embed"))
        .filter(|path| !path.contains("docs") && !path.contains("admin"))
        .map(|path| match path.as_str() {
            PAGE => "/".to_owned(),
            path => format!("/{path}"),
        })
        .collect();
    let version = Sha256::digest(
        files
            .values()
            .map(|file| file.hash.as_str())
            .collect::<String>(),
    );
    let version: String = version[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let said = serde_json::json!({ "version": version, "files": kept });
    let mut text = script.plain.to_vec();
    text.extend_from_slice(format!("\nstart({said});\n").as_bytes());
    Served::new(WORKER, Bytes::from(text))
}

fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    Some(Bytes::from(encoder.finish().ok()?))
}

/// Whether the client named gzip, and did not refuse it.
fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|names| names.to_str().ok())
        .flat_map(|names| names.split(','))
        .map(|name| name.split_once(';').unwrap_or((name, "")))
        .any(|(name, weight)| {
            name.trim().eq_ignore_ascii_case("gzip")
                && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
}

/// Whether the client says that it has this version; a proxy may have made the tag a weak one.
fn is_held(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|held| held.trim())
        .any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("webmanifest") => "application/manifest+json",
        Some("png") => "image/png",
        Some(_) | None => "application/octet-stream",
    }
}
