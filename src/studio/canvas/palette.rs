//! The colours of the drawing. Blue and amber stay apart for all common kinds of colour blindness,
//! and no meaning rests on colour alone: federation is dashed, ghosts have dashed borders, the
//! asking end has a dot.

use egui::Color32;

/// Colours of the canvas, for one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    pub ground: Color32,
    /// Dots of the faint grid.
    pub grid: Color32,
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
}

impl Palette {
    pub const LIGHT: Self = Self {
        ground: Color32::from_rgb(246, 247, 249),
        grid: Color32::from_rgb(222, 226, 232),
        panel: Color32::WHITE,
        border: Color32::from_rgb(196, 203, 213),
        text: Color32::from_rgb(27, 36, 48),
        weak_text: Color32::from_rgb(91, 103, 118),
        exchange: Color32::from_rgb(47, 111, 191),
        federation: Color32::from_rgb(168, 90, 0),
        issuer: Color32::from_rgb(255, 248, 236),
        issuer_border: Color32::from_rgb(220, 183, 122),
        ghost: Color32::from_rgb(179, 38, 30),
        badge: Color32::from_rgb(232, 237, 244),
        badge_text: Color32::from_rgb(58, 72, 92),
        warning: Color32::from_rgb(253, 231, 224),
        warning_text: Color32::from_rgb(140, 42, 16),
        selection: Color32::from_rgb(20, 92, 204),
        found: Color32::from_rgb(214, 158, 0),
        path: Color32::from_rgb(132, 56, 158),
    };

    pub const DARK: Self = Self {
        ground: Color32::from_rgb(20, 24, 30),
        grid: Color32::from_rgb(38, 44, 53),
        panel: Color32::from_rgb(33, 39, 48),
        border: Color32::from_rgb(70, 80, 94),
        text: Color32::from_rgb(232, 236, 241),
        weak_text: Color32::from_rgb(156, 168, 183),
        exchange: Color32::from_rgb(116, 173, 242),
        federation: Color32::from_rgb(238, 170, 88),
        issuer: Color32::from_rgb(43, 38, 28),
        issuer_border: Color32::from_rgb(126, 100, 58),
        ghost: Color32::from_rgb(242, 147, 140),
        badge: Color32::from_rgb(48, 58, 72),
        badge_text: Color32::from_rgb(196, 208, 224),
        warning: Color32::from_rgb(78, 38, 30),
        warning_text: Color32::from_rgb(255, 190, 172),
        selection: Color32::from_rgb(128, 186, 255),
        found: Color32::from_rgb(255, 208, 76),
        path: Color32::from_rgb(212, 150, 236),
    };

    pub fn of(dark: bool) -> Self {
        if dark { Self::DARK } else { Self::LIGHT }
    }
}
