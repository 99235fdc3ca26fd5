//! Colours of pictures.

use crate::diagram::scene::Difference;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    #[default]
    Light,
    Dark,
}

/// Every text has at least 4.5 : 1 against what it stands on (WCAG 2.2, 1.4.3), every line 3 : 1.
pub(super) struct Colors {
    pub ground: &'static str,
    pub panel: &'static str,
    pub border: &'static str,
    pub text: &'static str,
    pub weak: &'static str,
    pub exchange: &'static str,
    pub federation: &'static str,
    pub issuer: &'static str,
    pub issuer_border: &'static str,
    pub ghost: &'static str,
    pub badge: &'static str,
    pub added: &'static str,
    pub removed: &'static str,
    pub changed: &'static str,
    pub path: &'static str,
    /// Lines of what is the same in both versions.
    pub same: &'static str,
}

impl Colors {
    pub fn of(&self, difference: Difference) -> &'static str {
        match difference {
            Difference::Same => self.same,
            Difference::Added => self.added,
            Difference::Removed => self.removed,
            Difference::Changed => self.changed,
        }
    }
}

impl Theme {
    /// Red, green and blue of what differs in a comparison, and of lines that are the same. The
    /// window paints with them too, so that a picture looks like what was on screen.
    pub fn difference(self, difference: Difference) -> [u8; 3] {
        let text = self.colors().of(difference);
        [1, 3, 5].map(|at| {
            let part = text.get(at..at + 2).unwrap_or_default();
            u8::from_str_radix(part, 16).unwrap_or_default()
        })
    }

    pub(super) fn colors(self) -> Colors {
        match self {
            Self::Light => Colors {
                ground: "#f7f8fa",
                panel: "#ffffff",
                border: "#c5ccd6",
                text: "#1b2430",
                weak: "#5b6776",
                exchange: "#2f6fbf",
                federation: "#a85a00",
                issuer: "#fff8ec",
                issuer_border: "#dcb77a",
                ghost: "#b3261e",
                badge: "#eaeef4",
                added: "#0b7a55",
                removed: "#b3261e",
                changed: "#8a5200",
                path: "#7a2bb5",
                same: "#7d8896",
            },
            Self::Dark => Colors {
                ground: "#15191f",
                panel: "#20262e",
                border: "#434d5a",
                text: "#e8ecf1",
                weak: "#9ca8b7",
                exchange: "#74adf2",
                federation: "#eeaa58",
                issuer: "#2b2519",
                issuer_border: "#7b6136",
                ghost: "#f2938c",
                badge: "#2f3844",
                added: "#4fd0a0",
                removed: "#f2938c",
                changed: "#f0b95a",
                path: "#d09bff",
                same: "#7f8b9b",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colours (WCAG 2.2, "contrast ratio").
    fn contrast(a: &str, b: &str) -> f64 {
        let luminance = |color: &str| {
            let part = |at: usize| {
                let value = u8::from_str_radix(&color[at..at + 2], 16).unwrap();
                let value = f64::from(value) / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn colours_of_differences_are_given_as_numbers() {
        assert_eq!(Theme::Light.difference(Difference::Added), [0x0b, 0x7a, 0x55]);
        assert_eq!(Theme::Dark.difference(Difference::Same), [0x7f, 0x8b, 0x9b]);
    }

    #[test]
    fn texts_and_lines_stand_out() {
        for theme in [Theme::Light, Theme::Dark] {
            let c = theme.colors();
            for text in [c.text, c.weak, c.added, c.removed, c.changed, c.path] {
                for ground in [c.ground, c.panel] {
                    assert!(contrast(text, ground) >= 4.5, "{text} on {ground}");
                }
            }
            assert!(contrast(c.text, c.badge) >= 4.5 && contrast(c.text, c.issuer) >= 4.5);
            for line in [c.exchange, c.federation, c.ghost, c.same] {
                assert!(contrast(line, c.ground) >= 3.0, "{line}");
            }
        }
    }
}
