//! Asks a question of the starter deck, in one piece and step by step, with a model of one's own.
//!
//! `cargo run -p kaucim-fortune --example ask`

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use futures::{StreamExt, future::BoxFuture};
use kaucim_decks::Library;
use kaucim_fortune::{Ask, FortuneSystem, Question, Settings, Step};
use kaucim_llm::{Answer, Error, Finish, Model, ModelName, Request};

/// A model that always writes the same. A real one would send the request somewhere.
struct Patience(ModelName);

impl Model for Patience {
    fn name(&self) -> &ModelName {
        &self.0
    }

    fn generate(&self, _request: Request) -> BoxFuture<'_, Result<Answer, Error>> {
        let text = r#"{
            "line_by_line_interpretation": "“囊裏紅絲月下明”: what joins you is already there. The second line is the way, the third the lateness, the last the spring.",
            "overall_development": "It grows slowly, and it grows.",
            "positive_factors": "Nothing has to be forced here; patience is on your side.",
            "challenges": "Waiting is the hard part, and the lot says so.",
            "suggested_actions": "Say one honest thing this week.",
            "supplementary_notes": "The thread ties, and people walk.",
            "conclusion": "Yes, if you let it take its time."
        }"#;
        let finish = Finish {
            cut_by_length: false,
            usage: None,
        };
        Box::pin(async move {
            Ok(Answer {
                text: text.to_owned(),
                finish,
            })
        })
    }
}

fn question() -> anyhow::Result<Ask> {
    Ok(Ask {
        deity_id: "yue_lao".to_owned(),
        deck_id: None,
        number: Some(1),
        question: Question::new("Will we find each other?")?,
        language: None,
        context: BTreeMap::new(),
        resume: None,
    })
}

/// Asks both ways and writes what comes back.
pub(crate) async fn run(out: &mut impl Write) -> anyhow::Result<()> {
    let name = ModelName {
        provider: "example".to_owned(),
        name: "patience".to_owned(),
    };
    let model: Arc<dyn Model> = Arc::new(Patience(name));
    let system = FortuneSystem::new(Library::starter(), vec![model], Settings::default());

    // In one piece, as the original had it:
    let result = system.ask_fortune(question()?).await?;
    writeln!(out, "{}\n\n{}\n", result.text, result.disclaimer)?;

    // Step by step; dropping the stream would cancel the model's call:
    let mut steps = system.ask_fortune_streaming(question()?);
    while let Some(step) = steps.next().await {
        match step? {
            Step::Lot(lot) => writeln!(out, "{} {}", lot.number, lot.verse.join(" / "))?,
            Step::SectionStarted(section) => write!(out, "\n[{section}] ")?,
            Step::Text(text) => write!(out, "{text}")?,
            Step::Complete(result) => writeln!(out, "\n\n{:?}", result.origin)?,
            Step::Notice(_)
            | Step::Sources(_)
            | Step::Calling { .. }
            | Step::Called { .. }
            | Step::Thinking
            | Step::Checked { .. }
            | Step::SectionSealed(_)
            | Step::VersionKept(_)
            | Step::SectionReset { .. } => {}
        }
        out.flush()?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    run(&mut io::stdout().lock()).await
}
