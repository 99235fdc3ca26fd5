//! Which formats there are.

use std::path::Path;

use super::{Drawing, PngError, Theme, dot, graphml, json, mermaid, opengraph, png, svg};

/// A format that drawings are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    Svg,
    Png,
    Dot,
    Graphml,
    Mermaid,
    Json,
    Opengraph,
}

impl Format {
    pub const ALL: [Self; 7] = [
        Self::Svg,
        Self::Png,
        Self::Dot,
        Self::Graphml,
        Self::Mermaid,
        Self::Json,
        Self::Opengraph,
    ];

    /// What it is and for what, in a few words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Svg => "SVG, a picture of lines and text",
            Self::Png => "PNG, a picture of pixels",
            Self::Dot => "DOT, for Graphviz",
            Self::Graphml => "GraphML, for yEd or Gephi",
            Self::Mermaid => "Mermaid, for pages that draw its charts",
            Self::Json => "JSON, nodes and edges as data",
            Self::Opengraph => "OpenGraph, for BloodHound",
        }
    }

    /// How the name of its files ends, without the leading dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Dot => "dot",
            Self::Graphml => "graphml",
            Self::Mermaid => "mmd",
            Self::Json => "json",
            // Both are JSON; only the longer ending tells them apart.
            Self::Opengraph => "opengraph.json",
        }
    }

    /// The format that the name of a file asks for.
    pub fn of_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let ends = |format: &Self| name.ends_with(&format!(".{}", format.ending()));
        // The longest ending that fits.
        Self::ALL.into_iter().filter(ends).max_by_key(|format| format.ending().len())
    }

    /// The drawing in this format. The theme is that of pictures, the scale (pixels for a point)
    /// that of a PNG; other formats have neither.
    ///
    /// # Errors
    /// A PNG that would be too large.
    pub fn write(self, drawing: &Drawing, theme: Theme, scale: f32) -> Result<Vec<u8>, PngError> {
        Ok(match self {
            Self::Svg => svg(drawing, theme).into_bytes(),
            Self::Png => return png(drawing, theme, scale),
            Self::Dot => dot(drawing).into_bytes(),
            Self::Graphml => graphml(drawing).into_bytes(),
            Self::Mermaid => mermaid(drawing).into_bytes(),
            Self::Json => json(drawing).into_bytes(),
            Self::Opengraph => opengraph(drawing).into_bytes(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_format() {
        let of = |name: &str| Format::of_path(Path::new(name));
        assert_eq!(of("trust.svg"), Some(Format::Svg));
        assert_eq!(of("folder.dot/TRUST.PNG"), Some(Format::Png));
        assert_eq!(of("trust.json"), Some(Format::Json));
        assert_eq!(of("trust.opengraph.json"), Some(Format::Opengraph));
        assert_eq!((of("trust"), of("svg"), of("trust.pdf")), (None, None, None));
    }
}
