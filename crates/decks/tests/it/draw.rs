//! The draw that anyone can verify: what the public documents say is what is done.

use std::{env, fs, num::NonZeroU32, path::PathBuf, process::Command};

use kaucim_decks::{
    Library,
    draw::{Nonce, Proof, ProofError, Secret, Terms},
};

fn documented() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    fs::read_to_string(path).unwrap()
}

/// The test vectors of the documents.
fn vectors() -> Vec<Proof> {
    let text = documented();
    let (_, table) = text
        .split_once(
            "| `secret` | `nonce` | `deck_id` | `version` | `count` | `commitment` | `number` |",
        )
        .expect("the documents have a table of test vectors");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').collect();
        let cell = |place: usize| cells[place].trim().trim_matches('`').to_owned();
        Proof {
            secret: cell(0).parse().unwrap(),
            nonce: Nonce::new(cell(1)).unwrap(),
            deck_id: cell(2),
            version: cell(3),
            count: cell(4).parse().unwrap(),
            commitment: cell(5).parse().unwrap(),
            number: cell(6).parse().unwrap(),
        }
    })
    .collect()
}

fn terms_of(proof: &Proof) -> Terms {
    Terms {
        deck_id: proof.deck_id.clone(),
        version: proof.version.clone(),
        count: proof.count,
    }
}

#[test]
fn the_documented_vectors_hold() {
    let vectors = vectors();
    assert!(vectors.len() >= 4, "{vectors:?}");
    for vector in vectors {
        assert_eq!(vector.verify(), Ok(()), "{vector:?}");
        let made = terms_of(&vector).proof(vector.secret, vector.nonce.clone());
        assert_eq!(made, vector);
    }
}

/// Runs the lines that the documents give to those who want to check a draw, on draws of ours.
#[test]
fn the_documented_lines_of_python_agree() {
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(
            env::var_os("CI").is_none_or(|ci| ci != "true"),
            "python3 is absent"
        );
        eprintln!("skipped: python3 is absent");
        return;
    }
    let text = documented();
    let (_, program) = text.split_once("```python\n").expect("a program");
    let (program, _) = program.split_once("```").expect("its end");
    let mut proofs = vectors();
    let sizes = [1, 12, 30, 60, 63, 100, 10_000, u32::MAX, (1 << 31) + 1];
    for (place, count) in sizes.into_iter().cycle().take(200).enumerate() {
        let terms = Terms {
            deck_id: "籤".repeat(place % 5),
            version: "v".repeat(place % 7),
            count: NonZeroU32::new(count).unwrap(),
        };
        let nonce = Nonce::new("搖".repeat(1 + place % 42)).unwrap();
        proofs.push(terms.proof(Secret::random(), nonce));
    }
    let proofs = serde_json::to_string(&proofs).unwrap();
    let checks = "\nimport json, sys\nfor proof in json.loads(sys.argv[1]): verify(proof)\n";
    let python = |proofs: &str| {
        let mut command = Command::new("python3");
        command.args(["-c", &format!("{program}{checks}"), proofs]);
        let output = command.output().expect("python3 runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (agrees, words) = python(&proofs);
    assert!(agrees, "{words}");
    let (agrees, _) = python(&proofs.replace("\"number\":1}", "\"number\":2}"));
    assert!(!agrees, "a wrong number is seen");
}

#[test]
fn nothing_of_a_draw_can_be_changed_unseen() {
    let good = vectors().remove(0);
    let with = |change: fn(&mut Proof)| {
        let mut proof = good.clone();
        change(&mut proof);
        proof.verify()
    };
    let broken = |outcome| matches!(outcome, Err(ProofError::Commitment(_)));
    assert!(broken(with(
        |proof| proof.secret = Secret::from_bytes([7; 32])
    )));
    assert!(broken(with(
        |proof| proof.count = NonZeroU32::new(13).unwrap()
    )));
    assert!(broken(with(|proof| proof.version.push('0'))));
    assert!(broken(with(|proof| {
        // The same characters, cut in another place.
        let first = proof.version.remove(0);
        proof.deck_id.push(first);
    })));
    let expected = ProofError::Number(good.number);
    assert_eq!(with(|proof| proof.number += 1), Err(expected));
    let other_nonce = with(|proof| proof.nonce = Nonce::new("another".to_owned()).unwrap());
    assert!(
        matches!(other_nonce, Err(ProofError::Number(_))),
        "{other_nonce:?}"
    );
}

#[test]
fn what_is_no_value_of_a_draw_is_refused() {
    let hexadecimal = "0f".repeat(32);
    assert!(hexadecimal.parse::<Secret>().is_ok());
    for text in [
        "",
        "0f",
        &"0g".repeat(32),
        &"é".repeat(32),
        &"+f".repeat(32),
        &"0f".repeat(33),
    ] {
        assert!(text.parse::<Secret>().is_err(), "{text}");
    }
    assert!(Nonce::new(String::new()).is_err());
    assert!(Nonce::new("籤".repeat(42)).is_ok());
    assert!(Nonce::new("籤".repeat(43)).is_err(), "129 bytes");
    let shown = format!("{:?}", hexadecimal.parse::<Secret>().unwrap());
    assert!(
        !shown.contains("0f"),
        "a secret is not printed by accident: {shown}"
    );
}

#[test]
fn a_deck_is_drawn_from_on_its_own_terms() {
    let deck = Library::starter().deck("yue_lao", None).unwrap();
    let terms = deck.terms();
    assert_eq!(
        (terms.deck_id.as_str(), terms.count.get()),
        ("kaucim_yue_lao", 60)
    );
    assert_eq!(terms.version, deck.version);
    let proof = terms.proof(Secret::random(), Nonce::random());
    assert!((1..=60).contains(&proof.number));
    assert_eq!(proof.verify(), Ok(()));
}
