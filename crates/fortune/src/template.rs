//! Fills named places of a text. What is filled in is never looked at again.

/// Puts each value where `{{its name}}` stands; a place that no value names stays as it is.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let place = after.split_once("}}").and_then(|(name, after)| {
            let value = values.iter().find(|(known, _)| *known == name)?;
            Some((value.1, after))
        });
        match place {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push_str("{{");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_looked_at_again() {
        let values = [("a", "{{b}}"), ("b", "2")];
        assert_eq!(
            fill("{{a}} and {{b}}{{c}}{{", &values),
            "{{b}} and 2{{c}}{{"
        );
    }
}
