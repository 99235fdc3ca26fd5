//! The colours of the drawing, made from the colours of the window.
//!
//! No meaning rests on colour alone: federation is dashed, ghosts have dashed borders, the asking
//! end has a dot, the way through a broker is dotted, the steps of a path are numbered, values that
//! boxes are coloured by have shapes, differences have signs and words.

use egui::Color32;

use crate::diagram::scene::Difference;
use crate::studio::theme::Tokens;

/// Colours of the canvas, for one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    pub ground: Color32,
    /// Around the blocks of the overview.
    pub frame: Color32,
    pub panel: Color32,
    pub border: Color32,
    pub text: Color32,
    pub weak_text: Color32,
    pub exchange: Color32,
    pub federation: Color32,
    pub issuer: Color32,
    pub issuer_border: Color32,
    pub ghost: Color32,
    pub badge: Color32,
    pub badge_text: Color32,
    /// Badges that warn: disabled, public.
    pub warning: Color32,
    pub warning_text: Color32,
    pub selection: Color32,
    /// Found by the search.
    pub found: Color32,
    /// The way of an external token through a broker.
    pub path: Color32,
    /// Text and marks upon [`Palette::selection`] and [`Palette::path`].
    pub on_selection: Color32,
    pub on_path: Color32,
    /// A client app from far away.
    pub far: Color32,
    /// Values that boxes are coloured by; the last one is for all that are rarer.
    pub categories: [Color32; 8],
    /// In a comparison what came, went and changed, and lines of what did not: as in exported
    /// pictures.
    pub added: Color32,
    pub removed: Color32,
    pub changed: Color32,
    pub same: Color32,
}

impl Palette {
    pub fn new(tokens: &Tokens) -> Self {
        let mix = |a: Color32, b: Color32, part: f32| a.lerp_to_gamma(b, part);
        let ground = if tokens.dark { tokens.sunken } else { tokens.panel };
        let exchange = mix(tokens.client, tokens.text_weak, 0.30);
        Self {
            // Boxes stand out from the ground: white on grey, grey on black.
            ground,
            frame: tokens.line,
            panel: tokens.raised,
            border: mix(tokens.line_strong, tokens.line, 0.35),
            text: tokens.text,
            weak_text: tokens.text_weak,
            // Arrows are many; the full accent is for what is selected.
            exchange,
            federation: mix(tokens.external, tokens.text_weak, 0.12),
            issuer: mix(tokens.raised, tokens.external, 0.07),
            issuer_border: mix(tokens.line_strong, tokens.external, 0.42),
            ghost: tokens.ghost,
            badge: tokens.hovered,
            badge_text: mix(tokens.text_weak, tokens.text, 0.45),
            warning: mix(tokens.raised, tokens.bad, 0.15),
            warning_text: mix(tokens.bad, tokens.text, 0.25),
            selection: tokens.accent,
            found: tokens.caution,
            path: tokens.code_tag,
            on_selection: tokens.on_accent,
            on_path: tokens.on_accent,
            far: mix(exchange, ground, 0.35),
            categories: tokens.categories,
            added: tokens.difference(Difference::Added),
            removed: tokens.difference(Difference::Removed),
            changed: tokens.difference(Difference::Changed),
            same: tokens.difference(Difference::Same),
        }
    }

    /// The colour of a difference.
    pub fn of_difference(&self, difference: Difference) -> Color32 {
        match difference {
            Difference::Same => self.same,
            Difference::Added => self.added,
            Difference::Removed => self.removed,
            Difference::Changed => self.changed,
        }
    }

    pub fn of(dark: bool) -> Self {
        Self::new(&Tokens::for_dark_mode(dark))
    }
}
