//! The looks of the window in one place: colours, type and spacing, light and dark.
//!
//! Panels ask for a [`Tokens`] and never name a colour themselves. The hues are far apart for
//! every common kind of colour blindness, and no meaning rests on colour alone: edges differ in
//! dash and mark as well, findings in icon and word.

#![expect(clippy::disallowed_methods, reason = "this is the one place where colours are named")]

pub mod icons;

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, TextStyle, Theme,
};

use crate::diagram::export;
use crate::diagram::scene::Difference;

/// Family of the semi-bold face, for headings and names.
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// Colours by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    pub dark: bool,
    /// The window behind all panels.
    pub window: Color32,
    /// Side panels and bars.
    pub panel: Color32,
    /// Text fields, the graph's ground, code.
    pub sunken: Color32,
    /// Cards, boxes of the graph, popups.
    pub raised: Color32,
    pub hovered: Color32,
    pub line: Color32,
    pub line_strong: Color32,
    pub text: Color32,
    /// Secondary text; at least 4.5 : 1 on [`Tokens::panel`].
    pub text_weak: Color32,
    pub accent: Color32,
    /// Behind selected rows; carries [`Tokens::text`].
    pub accent_soft: Color32,
    /// Text and marks upon [`Tokens::accent`].
    pub on_accent: Color32,
    /// True, granted, passed.
    pub good: Color32,
    /// Not stated, a dialect, an advice.
    pub caution: Color32,
    /// False, refused, a breach.
    pub bad: Color32,
    /// Client apps.
    pub client: Color32,
    /// Issuers, external identities and their edges.
    pub external: Color32,
    /// References that no document defines.
    pub ghost: Color32,
    /// Added and removed lines of a diff, behind the text.
    pub added: Color32,
    pub removed: Color32,
    /// Keys, texts and comments of YAML and JSON.
    pub code_key: Color32,
    pub code_text: Color32,
    pub code_comment: Color32,
    pub code_tag: Color32,
    pub code_quoted: Color32,
    pub code_block: Color32,
    pub code_anchor: Color32,
    /// Values told apart in a drawing, after Okabe and Ito; the last one is for the rest.
    pub categories: [Color32; 8],
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

pub const LIGHT: Tokens = Tokens {
    dark: false,
    window: rgb(0xe9ecf1),
    panel: rgb(0xf6f7f9),
    sunken: rgb(0xffffff),
    raised: rgb(0xffffff),
    hovered: rgb(0xe6eaf1),
    line: rgb(0xd9dee7),
    line_strong: rgb(0xaeb7c6),
    text: rgb(0x1b2230),
    text_weak: rgb(0x566074),
    accent: rgb(0x2458d3),
    accent_soft: rgb(0xdbe5fd),
    on_accent: rgb(0xffffff),
    good: rgb(0x0b7a4b),
    caution: rgb(0x8a5a00),
    bad: rgb(0xb3261e),
    client: rgb(0x2458d3),
    external: rgb(0x9a4d00),
    ghost: rgb(0xb3261e),
    added: rgb(0xd9f2e3),
    removed: rgb(0xfbdfdc),
    code_key: rgb(0x1d4fb8),
    code_text: rgb(0x1b2230),
    code_comment: rgb(0x63708a),
    code_tag: rgb(0x8434a8),
    code_quoted: rgb(0x0b7a4b),
    code_block: rgb(0x0a6c74),
    code_anchor: rgb(0xa12a6a),
    categories: [
        rgb(0x0072b2),
        rgb(0xd55e00),
        rgb(0x009e73),
        rgb(0xcc79a7),
        rgb(0xc28500),
        rgb(0x3f9fd8),
        rgb(0x5b3a9e),
        rgb(0x7d8695),
    ],
};

pub const DARK: Tokens = Tokens {
    dark: true,
    window: rgb(0x0f1217),
    panel: rgb(0x171b22),
    sunken: rgb(0x101319),
    raised: rgb(0x1f252e),
    hovered: rgb(0x2a323e),
    line: rgb(0x2b323d),
    line_strong: rgb(0x4a5566),
    text: rgb(0xe5e9f0),
    text_weak: rgb(0x9aa6b8),
    accent: rgb(0x7aa5ff),
    accent_soft: rgb(0x223a6b),
    on_accent: rgb(0x0b1530),
    good: rgb(0x4cc38a),
    caution: rgb(0xe3b341),
    bad: rgb(0xff7b72),
    client: rgb(0x7aa5ff),
    external: rgb(0xf0a35e),
    ghost: rgb(0xff7b72),
    added: rgb(0x14351f),
    removed: rgb(0x45201f),
    code_key: rgb(0x8ab4ff),
    code_text: rgb(0xe5e9f0),
    code_comment: rgb(0x8793a6),
    code_tag: rgb(0xd3a3f0),
    code_quoted: rgb(0x6fd3a4),
    code_block: rgb(0x6cc9d0),
    code_anchor: rgb(0xf19ac4),
    categories: [
        rgb(0x56b4e9),
        rgb(0xf0703a),
        rgb(0x2bbf94),
        rgb(0xe39ac4),
        rgb(0xf0e442),
        rgb(0x9b8cff),
        rgb(0xd9c2a0),
        rgb(0x8a93a3),
    ],
};

impl Tokens {
    pub fn of(ui: &egui::Ui) -> Self {
        Self::for_dark_mode(ui.visuals().dark_mode)
    }

    pub fn for_dark_mode(dark: bool) -> Self {
        if dark { DARK } else { LIGHT }
    }

    /// What differs between two versions, and lines that do not, as in exported pictures.
    pub fn difference(&self, difference: Difference) -> Color32 {
        let theme = if self.dark { export::Theme::Dark } else { export::Theme::Light };
        let [red, green, blue] = theme.difference(difference);
        Color32::from_rgb(red, green, blue)
    }
}

/// Sizes in points.
pub const GAP: f32 = 8.0;
pub const PANEL_MARGIN: i8 = 12;
pub const RADIUS: u8 = 6;

/// Installs fonts and styles of both themes; the theme itself follows the system.
pub fn install(ctx: &egui::Context) {
    install_fonts(ctx);
    ctx.set_theme(egui::ThemePreference::System);
    for (theme, tokens) in [(Theme::Light, LIGHT), (Theme::Dark, DARK)] {
        ctx.style_mut_of(theme, |style| {
            style.text_styles = text_styles();
            style.visuals = visuals(&tokens);
            let spacing = &mut style.spacing;
            spacing.item_spacing = egui::vec2(GAP, 6.0);
            spacing.button_padding = egui::vec2(10.0, 4.0);
            spacing.interact_size = egui::vec2(32.0, 26.0);
            spacing.menu_margin = egui::Margin::same(6);
            spacing.window_margin = egui::Margin::same(16);
            spacing.combo_width = 120.0;
            spacing.tooltip_width = 420.0;
            spacing.icon_width = 16.0;
            spacing.scroll = egui::style::ScrollStyle::thin();
            style.interaction.tooltip_delay = 0.35;
            style.animation_time = 0.1;
            style.url_in_tooltip = true;
        });
    }
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Small, FontId::new(11.5, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(13.5, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(13.5, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(17.0, semibold())),
        (TextStyle::Monospace, FontId::new(12.5, FontFamily::Monospace)),
    ]
    .into()
}

fn install_fonts(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let faces: [(&str, &'static [u8]); 3] = [
        ("inter", include_bytes!("../../assets/fonts/Inter-Regular.otf")),
        ("inter-semibold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf")),
        ("jetbrains-mono", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ];
    for (name, bytes) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // The default faces stay behind ours for symbols and scripts that ours lack.
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (family, face) in [
        (FontFamily::Proportional, "inter"),
        (semibold(), "inter-semibold"),
        (FontFamily::Monospace, "jetbrains-mono"),
    ] {
        let faces = fonts.families.entry(family).or_insert_with(|| fallback.clone());
        faces.insert(0, face.to_owned());
    }
    ctx.set_fonts(fonts);
    icons::install(ctx);
}

fn visuals(tokens: &Tokens) -> egui::Visuals {
    let mut visuals = if tokens.dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    let radius = CornerRadius::same(RADIUS);
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.raised;
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.extreme_bg_color = tokens.sunken;
    visuals.text_edit_bg_color = Some(tokens.sunken);
    visuals.code_bg_color = tokens.hovered;
    visuals.faint_bg_color = tokens.hovered.gamma_multiply(0.5);
    visuals.hyperlink_color = tokens.accent;
    visuals.warn_fg_color = tokens.caution;
    visuals.error_fg_color = tokens.bad;
    visuals.weak_text_color = Some(tokens.text_weak);
    visuals.selection.bg_fill = tokens.accent_soft;
    visuals.selection.stroke = Stroke::new(1.0, tokens.accent);
    visuals.striped = false;
    // A blinking cursor draws the whole window twice a second while nothing happens.
    visuals.text_cursor.blink = false;

    let widgets = &mut visuals.widgets;
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, tokens.line);
    widgets.noninteractive.fg_stroke = Stroke::new(1.0, tokens.text);
    widgets.noninteractive.corner_radius = radius;
    for (widget, fill, line) in [
        (&mut widgets.inactive, tokens.raised, tokens.line),
        (&mut widgets.hovered, tokens.hovered, tokens.line_strong),
        (&mut widgets.active, tokens.accent_soft, tokens.accent),
        (&mut widgets.open, tokens.hovered, tokens.line_strong),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, line);
        widget.fg_stroke = Stroke::new(1.0, tokens.text);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    visuals
}
