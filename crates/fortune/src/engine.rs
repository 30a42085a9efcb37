//! Makes a reading step by step: asks the models in order for what is missing, until every section
//! is sealed or nothing may be spent any more.

mod call;
mod chain;
mod versions;
mod writing;

use std::sync::Arc;

use async_stream::stream;
use futures::stream::{BoxStream, StreamExt};
use kaucim_llm::{Delta, Model};

use self::{
    call::{Call, Ending},
    chain::Chain,
    writing::Writing,
};
use crate::{Ask, Error, Settings, Step, neighbours::Neighbourhood, retrieval::Retrieval};

/// The steps of one reading. Nothing happens until a step is asked for.
pub(crate) fn read(
    retrieval: Retrieval,
    neighbourhood: Neighbourhood,
    models: Arc<[Arc<dyn Model>]>,
    settings: Settings,
    ask: Ask,
) -> BoxStream<'static, Result<Step, Error>> {
    let steps = stream! {
        let (mut writing, opening) = match Writing::begin(&retrieval, &neighbourhood, &settings, ask).await {
            Ok(begun) => begun,
            Err(error) => {
                yield Err(error.into());
                return;
            }
        };
        for step in opening {
            yield Ok(step);
        }
        let mut chain = Chain::new(models.len());
        // Where the deck lets no model write, what is missing is its own text.
        let is_by_model = writing.is_by_model();
        while is_by_model && writing.may_call(chain.others()) && !writing.missing().is_empty() {
            let Some(model) = chain.model().and_then(|position| models.get(position)) else {
                break;
            };
            let (request, allowance) = writing.request(&settings, chain.others());
            let mut call = Call::new(model.name(), allowance);
            let mut deltas = model.generate_stream(request);
            let ending = loop {
                match deltas.next().await {
                    Some(Ok(Delta::Calling)) => {
                        // Made again after a failure, it is no first call any more.
                        let others = if call.is_made { chain.behind() } else { chain.others() };
                        if !writing.may_call(others) {
                            break Ending::Unaffordable;
                        }
                        call.is_made = true;
                        yield Ok(writing.count_call(&call));
                    }
                    Some(Ok(Delta::Thinking)) => {
                        if call.think() {
                            yield Ok(Step::Thinking);
                        }
                        if call.has_run_away() {
                            break Ending::Stopped;
                        }
                    }
                    Some(Ok(Delta::Text(text))) => {
                        for step in call.take(&text, &mut writing) {
                            yield Ok(step);
                        }
                        if call.has_run_away() {
                            break Ending::Stopped;
                        }
                    }
                    Some(Ok(Delta::Finished(finish))) => break Ending::Finished(finish),
                    Some(Err(error)) => break Ending::Failed(error),
                    None => break Ending::Failed(kaucim_llm::Error::CutOff),
                }
            };
            // The connection is closed before anything else is done.
            drop(deltas);
            yield Ok(writing.settle_call(&call, &ending));
            for step in call.end(&ending, &mut writing, &mut chain) {
                yield Ok(step);
            }
        }
        if !writing.missing().is_empty() {
            let is_without_models = models.is_empty() || settings.calls_per_reading == 0;
            for step in writing.finish(&settings, is_without_models) {
                yield Ok(step);
            }
        }
        if !writing.missing().is_empty() {
            yield Err(Error::ModelsFailed);
            return;
        }
        yield Ok(Step::Complete(Box::new(writing.into_result())));
    };
    steps.boxed()
}
