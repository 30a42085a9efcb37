//! What the program prints: data on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

/// A line for people, on standard error. Nobody listening is no failure.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Data on standard output, at once.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Whether standard output shows colours.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}
