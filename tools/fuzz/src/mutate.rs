//! Makes inputs out of others, for a short look without instruments.

use fastrand::Rng;

/// No input grows longer.
const MOST_BYTES: usize = 16 * 1024;

/// What breaks parsers more often than chance would find it.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\r\n\r\n",
    b"\\",
    b"\"",
    b"{",
    b"}",
    b"[",
    b"[[[[[[[[[[[[[[[[",
    b"]",
    b",",
    b":",
    b"null",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551616",
    b"99999999999999999999",
    b"NaN",
    b"\\ud83d",
    b"\\udc00\\ud800",
    b"\\u0000",
    b"\xff\xfe",
    b"\xe7\xb1",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xae",
    b"\xe2\x80\xa8",
    b"\x1b[2J",
    b"data: ",
    b"event: complete\n\n",
    b"../",
    b"%00",
    b"%",
    b"&",
    b"=",
    b";",
    b".",
    b"=== ",
    b"''",
    b"\"\"\"",
    b"&a",
    b"*a",
    b"<<:",
    b"true",
];

/// Makes one input after the other from a corpus; the same ones for the same seed.
pub struct Mutator<'a> {
    corpus: &'a [Vec<u8>],
    random: Rng,
}

impl<'a> Mutator<'a> {
    pub fn new(corpus: &'a [Vec<u8>], seed: u64) -> Self {
        Self {
            corpus,
            random: Rng::with_seed(seed),
        }
    }

    /// The next input: one of the corpus, changed in a few places.
    pub fn input(&mut self) -> Vec<u8> {
        let mut input = self.any().to_vec();
        for _ in 0..self.random.usize(1..=4) {
            self.change(&mut input);
        }
        input.truncate(MOST_BYTES);
        input
    }

    fn any(&mut self) -> &'a [u8] {
        match self.corpus {
            [] => &[],
            corpus => &corpus[self.random.usize(..corpus.len())],
        }
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.random.usize(..=input.len());
        let range = at..(at + self.random.usize(..=16)).min(input.len());
        match self.random.u8(..7) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << self.random.u8(..8);
                }
            }
            1 => {
                input.drain(range);
            }
            2 => {
                let again = input[range].repeat(self.random.usize(1..=64));
                input.splice(at..at, again);
            }
            3 => input.truncate(at),
            4 => {
                let other = self.any();
                let from = self.random.usize(..=other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            5 => {
                let piece = PIECES[self.random.usize(..PIECES.len())];
                input.splice(range, piece.iter().copied());
            }
            _ => {
                let piece = PIECES[self.random.usize(..PIECES.len())];
                input.splice(at..at, piece.iter().copied());
            }
        }
    }
}
