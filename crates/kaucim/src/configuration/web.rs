//! Where people find the server, and which pages of other sites may call it.

use crate::exit::Failed;

/// What browsers are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Web {
    /// Origins as browsers write them.
    pub allowed_origins: Vec<String>,
    pub public_url: Option<String>,
}

pub(super) fn settle(
    origins: Option<Vec<String>>,
    public_url: Option<String>,
) -> Result<Web, Failed> {
    for origin in origins.iter().flatten() {
        let url = reqwest::Url::parse(origin).ok();
        let written = url.map(|url| url.origin().ascii_serialization());
        if written.as_ref() != Some(origin) || !origin.starts_with("http") {
            return Err(Failed::usage(
                format!("`{origin}` in allowed_origins is no origin"),
                "write it as browsers do, such as https://app.example, without a path or a star",
            ));
        }
    }
    if let Some(url) = &public_url {
        let is_url = reqwest::Url::parse(url).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
        });
        if !is_url {
            return Err(Failed::usage(
                format!("public_url is `{url}`, which is no address of a site"),
                "write it as people type it, such as https://temple.example",
            ));
        }
    }
    Ok(Web {
        allowed_origins: origins.unwrap_or_default(),
        public_url,
    })
}
