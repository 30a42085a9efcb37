//! A link as a picture that a telephone reads: a QR code (ISO/IEC 18004) as SVG.

use qrcode::{EcLevel, QrCode, render::svg};

/// Ink on paper, by day and by night: readers of such codes want dark on light.
const INK: &str = "#2a211b";
const PAPER: &str = "#fcf7ec";

/// The picture, with the quiet margin of four modules that the standard wants; none, where the
/// link is longer than any such code holds (2331 bytes).
pub(crate) fn picture(link: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M).ok()?;
    let mut drawn = code.render::<svg::Color<'_>>();
    drawn
        .module_dimensions(4, 4)
        .dark_color(svg::Color(INK))
        .light_color(svg::Color(PAPER));
    Some(drawn.build())
}
