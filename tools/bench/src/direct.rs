//! The same calls without a server between: what the server asked the model is asked again by the
//! client itself, and recorded by the same code.

use anyhow::Context;
use reqwest::{Client, header};

use crate::{
    events,
    programs::Sim,
    record::{Enough, Recording, record},
};

/// A request that the server sent, to be sent again with other questions in it.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    body: String,
    question: String,
}

/// One answer, token by token.
#[derive(Debug)]
pub(crate) struct Direct {
    /// Which call of the simulated model it was.
    pub(crate) call: u64,
    /// When each token came, in microseconds since 1970.
    pub(crate) came_us: Vec<u64>,
}

impl Template {
    /// The request as the simulated model saw it, and the question in it.
    pub(crate) fn new(request: &serde_json::Value, question: &str) -> anyhow::Result<Self> {
        let body = request.to_string();
        anyhow::ensure!(
            body.contains(question),
            "the server did not pass the question on as it is"
        );
        Ok(Self {
            body,
            question: question.to_owned(),
        })
    }

    /// The request with another question.
    pub(crate) fn body(&self, question: &str) -> String {
        self.body.replace(&self.question, question)
    }

    /// Asks the model another question, and reads until it is enough.
    pub(crate) async fn ask(
        &self,
        (client, url): (&Client, &str),
        question: &str,
        enough: Enough,
    ) -> anyhow::Result<Recording> {
        let answer = client
            .post(format!("{url}/v1/chat/completions"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(self.body(question));
        let mut answer = answer.send().await?.error_for_status()?;
        Ok(record(&mut answer, enough).await)
    }
}

impl Direct {
    /// Reads what was recorded of an answer.
    pub(crate) fn of(recording: &Recording) -> anyhow::Result<Self> {
        let events = events::parse(recording);
        let call = events.first().and_then(|event| call(event.data));
        Ok(Self {
            call: call.context("the answer does not say which call it belongs to")?,
            came_us: events
                .iter()
                .filter(|event| event.data.contains(r#""delta":{"content":"#))
                .map(|event| event.us)
                .collect(),
        })
    }

    /// Its delivery, by what the simulated model noted.
    pub(crate) async fn delivery(&self, sim: &Sim) -> anyhow::Result<crate::delivery::Delivery> {
        let sent = sim.times(self.call).await?;
        Ok(crate::delivery::in_order(&self.came_us, &sent))
    }
}

fn call(data: &str) -> Option<u64> {
    let (_, rest) = data.split_once("chatcmpl-sim-")?;
    rest.split('"').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_the_other_events() {
        let line = |rest| format!("data: {{\"id\":\"chatcmpl-sim-12\",{rest}}}\n\n");
        let lines = [
            line(r#""choices":[{"delta":{"role":"assistant","content":null}}]"#),
            line(r#""choices":[{"delta":{"content":"月"}}]"#),
            line(r#""choices":[{"delta":{},"finish_reason":"stop"}]"#),
            "data: [DONE]\n\n".to_owned(),
        ];
        let bytes = lines.concat().into_bytes();
        let came = vec![(lines[0].len(), 3), (bytes.len(), 4)];
        let direct = Direct::of(&Recording { bytes, came }).unwrap();
        assert_eq!((direct.call, direct.came_us), (12, vec![4]));
    }
}
