//! The one place of the tests that reads the environment.

/// The number that a variable holds, or the default where it is not set.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else {
        return default;
    };
    let number = value.to_str().and_then(|text| text.trim().parse().ok());
    number.unwrap_or_else(|| panic!("{name} is no number: {}", value.display()))
}
