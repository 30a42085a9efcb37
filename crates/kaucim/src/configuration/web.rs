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
    Ok(Web {
        allowed_origins: origins.unwrap_or_default(),
        public_url: public_url.map(|text| address(&text)).transpose()?,
    })
}

/// An address of a site as browsers write it, without a slash at its end.
fn address(text: &str) -> Result<String, Failed> {
    let url = reqwest::Url::parse(text).ok().filter(|url| {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let has_no_more = url.query().is_none() && url.fragment().is_none();
        is_web && has_no_more && url.username().is_empty() && url.password().is_none()
    });
    let url = url.ok_or_else(|| {
        Failed::usage(
            format!("public_url is `{text}`, which is no address of a site"),
            "write it as people type it, such as https://temple.example",
        )
    })?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
