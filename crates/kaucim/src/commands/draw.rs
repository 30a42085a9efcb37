//! `kaucim draw`: a lot drawn in this terminal so that anyone can verify it, and verifying one.

use std::io::{self, IsTerminal, Read};

use kaucim_decks::draw::{Nonce, Proof, Secret, UnreadableError};
use serde_json::{Value, json};

use super::{ask::show::Show, open_library, unknown};
use crate::{
    arguments::{Draw, DrawValues},
    configuration::Configuration,
    environment::Environment,
    exit::Failed,
    output,
};

/// A file of more bytes is no draw.
const MOST_BYTES: u64 = 1 << 20;

pub(super) fn run(
    draw: Draw,
    configuration: &Configuration,
    environment: &Environment,
) -> Result<(), Failed> {
    if draw.verify.is_some() {
        return verify(&revealed(draw)?);
    }
    let (library, faults) = open_library(configuration);
    for fault in faults {
        output::tell(&format!("a deck is refused: {fault}"));
    }
    let deck = library.deck(&draw.deity, draw.deck.as_deref());
    let deck = deck.map_err(unknown)?;
    let terms = deck.terms();
    let secret = Secret::random();
    if !draw.json {
        output::print(&format!("commitment  {}\n", terms.commitment(&secret)))?;
    }
    let nonce = match draw.nonce {
        Some(text) => Nonce::new(text).map_err(bad_nonce)?,
        None => typed_nonce(draw.json)?,
    };
    let proof = terms.proof(secret, nonce);
    let lot = deck.lot(proof.number).map_err(unknown)?;
    let lot = serde_json::to_value(&*lot).map_err(anyhow::Error::from)?;
    if draw.json {
        let mut drawn = serde_json::to_value(&proof).map_err(anyhow::Error::from)?;
        drawn["deity_id"] = json!(deck.deity_id);
        drawn["lot"] = lot;
        output::print(&format!("{drawn}\n"))?;
        return Ok(());
    }
    output::print(&Show::for_output(environment).lot(&lot))?;
    output::print(&values(&proof)?)?;
    output::tell("to verify it: `kaucim draw --verify` with these values, or docs/api.md");
    Ok(())
}

/// What a person at the terminal types; chance where nobody is asked or nothing is typed.
fn typed_nonce(is_silent: bool) -> Result<Nonce, Failed> {
    if is_silent || !io::stdin().is_terminal() || !output::is_terminal() {
        return Ok(Nonce::random());
    }
    output::tell("Shake the cylinder: type anything, then Enter. It goes into the draw.");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    match line.trim() {
        "" => Ok(Nonce::random()),
        words => Nonce::new(words.to_owned()).map_err(bad_nonce),
    }
}

fn bad_nonce(error: UnreadableError) -> Failed {
    Failed::usage(error, "give --nonce another text, or leave it out")
}

/// The values of a draw, a line each.
fn values(proof: &Proof) -> Result<String, Failed> {
    let proof = serde_json::to_value(proof).map_err(anyhow::Error::from)?;
    let names = [
        "commitment",
        "secret",
        "nonce",
        "deck_id",
        "version",
        "count",
        "number",
    ];
    let lines = names.map(|name| match &proof[name] {
        Value::String(text) => format!("{:<12}{text}\n", name.trim_end_matches("_id")),
        other => format!("{name:<12}{other}\n"),
    });
    Ok(format!("\n{}", lines.concat()))
}

/// The draw that is to be verified: from a file, from standard input, or as it was typed.
fn revealed(draw: Draw) -> Result<Proof, Failed> {
    let file = draw.verify.filter(|file| file.as_os_str() != "-");
    let hint = "give a file of what was revealed, or --deck, --nonce, --commitment, --secret, \
                --version, --count and --number";
    let DrawValues {
        commitment,
        secret,
        version,
        count,
        number,
    } = draw.values;
    let unreadable = |error: UnreadableError| Failed::usage(error, hint);
    match (
        commitment, secret, draw.nonce, draw.deck, version, count, number,
    ) {
        (
            Some(commitment),
            Some(secret),
            Some(nonce),
            Some(deck_id),
            Some(version),
            Some(count),
            Some(number),
        ) if file.is_none() => Ok(Proof {
            commitment: commitment.parse().map_err(unreadable)?,
            secret: secret.parse().map_err(unreadable)?,
            nonce: Nonce::new(nonce).map_err(unreadable)?,
            deck_id,
            version,
            count,
            number,
        }),
        (None, None, None, None, None, None, None) => {
            let mut text = String::new();
            let read = match &file {
                None => io::stdin().take(MOST_BYTES).read_to_string(&mut text),
                Some(file) => std::fs::File::open(file)
                    .and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text)),
            };
            let name = match &file {
                None => "standard input".to_owned(),
                Some(file) => file.display().to_string(),
            };
            read.map_err(|error| Failed::usage(format!("could not read {name}: {error}"), hint))?;
            serde_json::from_str(&text)
                .map_err(|error| Failed::usage(format!("{name} holds no draw: {error}"), hint))
        }
        _ => Err(Failed::usage("not all values of the draw are given", hint)),
    }
}

fn verify(proof: &Proof) -> Result<(), Failed> {
    if let Err(error) = proof.verify() {
        return Err(Failed::Question(Some(format!(
            "the draw does not hold: {error}"
        ))));
    }
    output::print(&format!(
        "the commitment holds: it fixes this secret, deck {}, version {} and {} lots\n\
         the number holds: {} follows from this secret and nonce\n",
        proof.deck_id, proof.version, proof.count, proof.number
    ))?;
    Ok(())
}
