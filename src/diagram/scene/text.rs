//! How wide words are, and how they are cut to fit.

use super::measure;

/// Which text is to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Font {
    Title,
    Subtitle,
    Badge,
    Row,
}

/// The width of a text in points, as whoever draws it will set it.
pub type TextWidth<'a> = &'a dyn Fn(&str, Font) -> f32;

/// A careful estimate of a text's width in a usual sans-serif face, for files, where the reader's
/// fonts are not known.
pub fn estimate_width(text: &str, font: Font) -> f32 {
    let size = match font {
        Font::Title => measure::TITLE * 1.06,
        Font::Subtitle => measure::SUBTITLE,
        Font::Badge => measure::BADGE,
        Font::Row => measure::ROW_TEXT,
    };
    let ems: f32 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.29,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '/' | '-' | '{' | '}' => 0.37,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.92,
            'A'..='Z' | '&' | '+' | '=' | '<' | '>' => 0.69,
            c if c.is_ascii() => 0.57,
            // Letters with marks, Greek, Cyrillic; from there on wide scripts.
            c if (c as u32) < 0x1100 => 0.65,
            _ => 1.05,
        })
        .sum();
    ems * size
}

/// The text, or as much of it as fits with an ellipsis.
pub fn ellipsize(text: &str, font: Font, width: f32, measure: TextWidth) -> String {
    let text = text.trim();
    if measure(text, font) <= width {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    let (mut fits, mut too_long) = (0, ends.len());
    while too_long - fits > 1 {
        let middle = fits.midpoint(too_long);
        let part = format!("{}…", text[..ends[middle]].trim_end());
        if measure(&part, font) <= width { fits = middle } else { too_long = middle }
    }
    format!("{}…", text[..ends.get(fits).copied().unwrap_or(0)].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_in_an_ellipsis_and_fits() {
        let long = "A client app with a name that nobody would want to read twice";
        let cut = ellipsize(long, Font::Title, 120.0, &estimate_width);
        assert!(cut.ends_with('…') && cut.len() < long.len());
        assert!(estimate_width(&cut, Font::Title) <= 120.0);
        assert_eq!(ellipsize("Portal", Font::Title, 120.0, &estimate_width), "Portal");
        assert_eq!(ellipsize("ääää", Font::Title, 0.0, &estimate_width), "…");
    }
}
