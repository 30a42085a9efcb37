//! Where people find the server, and which pages of other sites may call it or show its own.

use crate::exit::Failed;

/// What browsers are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Web {
    /// Origins as browsers write them.
    pub allowed_origins: Vec<String>,
    /// Likewise.
    pub frame_ancestors: Vec<String>,
    pub public_url: Option<String>,
}

pub(super) fn settle(
    origins: Option<Vec<String>>,
    frame_ancestors: Vec<String>,
    public_url: Option<String>,
) -> Result<Web, Failed> {
    let allowed_origins = origins.unwrap_or_default();
    refuse_no_origin(&allowed_origins, "allowed_origins")?;
    Ok(Web {
        allowed_origins,
        frame_ancestors,
        public_url: public_url.map(|text| address(&text)).transpose()?,
    })
}

/// Refuses what is no origin as browsers write it.
pub(super) fn refuse_no_origin(origins: &[String], key: &str) -> Result<(), Failed> {
    for origin in origins {
        let url = reqwest::Url::parse(origin).ok();
        let written = url.map(|url| url.origin().ascii_serialization());
        let is_web = origin.starts_with("http") && !origin.contains('*');
        if written.as_ref() != Some(origin) || !is_web {
            return Err(Failed::setting(
                key,
                format!("`{origin}` is no origin"),
                "write it as browsers do, such as https://app.example, without a path or a star",
            ));
        }
    }
    Ok(())
}

/// An address of a site as browsers write it, without a slash at its end.
fn address(text: &str) -> Result<String, Failed> {
    let url = reqwest::Url::parse(text).ok().filter(|url| {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let has_no_more = url.query().is_none() && url.fragment().is_none();
        is_web && has_no_more && url.username().is_empty() && url.password().is_none()
    });
    let url = url.ok_or_else(|| {
        Failed::setting(
            "public_url",
            format!("`{text}` is no address of a site"),
            "write it as people type it, such as https://temple.example",
        )
    })?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
