//! The icons of the window, every one of which is in the font that the window brings.
//!
//! The whole font has 4,000 icons in 1.8 MB, of which the window draws some eighty. So the studio
//! carries a font of these alone, which `assets/fonts/icons.sh` cuts out by the names in the list
//! below. Panels take icons from here and from nowhere else; one that is drawn and not in the list
//! does not compile, and one that is in the list and not in the font fails the test below.

use egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use egui::{FontData, FontFamily};
pub use egui_material_icons::MaterialIcon;

macro_rules! icons {
    ($($name:ident),* $(,)?) => {
        pub use egui_material_icons::icons::{$($name),*};

        #[cfg(test)]
        const ALL: &[(&str, MaterialIcon)] = &[$((stringify!($name), $name)),*];
    };
}

// After a change: assets/fonts/icons.sh.
icons! {
    ICON_ADD,
    ICON_ALIGN_HORIZONTAL_LEFT,
    ICON_ALIGN_VERTICAL_TOP,
    ICON_ARROW_BACK,
    ICON_ARROW_DOWNWARD,
    ICON_ARROW_FORWARD,
    ICON_ARROW_RIGHT,
    ICON_ARROW_RIGHT_ALT,
    ICON_ARROW_SELECTOR_TOOL,
    ICON_ARROW_UPWARD,
    ICON_BLOCK,
    ICON_BUILD,
    ICON_CANCEL,
    ICON_CHANGE_HISTORY,
    ICON_CHECK,
    ICON_CHECK_CIRCLE,
    ICON_CHEVRON_RIGHT,
    ICON_CLOSE,
    ICON_CLOUD_OFF,
    ICON_CONTACT_SUPPORT,
    ICON_CONTENT_COPY,
    ICON_DELETE,
    ICON_DESCRIPTION,
    ICON_DESELECT,
    ICON_DIFFERENCE,
    ICON_DNS,
    ICON_DOWNLOAD,
    ICON_DRAG_HANDLE,
    ICON_ERROR,
    ICON_EXPAND_CONTENT,
    ICON_EXPAND_MORE,
    ICON_FILTER_ALT,
    ICON_FILTER_ALT_OFF,
    ICON_FLAG,
    ICON_FOLDER,
    ICON_FOLDER_OPEN,
    ICON_GPP_BAD,
    ICON_HELP,
    ICON_HORIZONTAL_DISTRIBUTE,
    ICON_HUB,
    ICON_INFO,
    ICON_INPUT,
    ICON_KEY,
    ICON_KEYBOARD_ARROW_DOWN,
    ICON_KEYBOARD_ARROW_UP,
    ICON_LASSO_SELECT,
    ICON_LIGHTBULB,
    ICON_LOCK_OPEN,
    ICON_MAP,
    ICON_MY_LOCATION,
    ICON_PERSON,
    ICON_PERSON_PIN,
    ICON_PLAY_ARROW,
    ICON_PUSH_PIN,
    ICON_QUESTION_MARK,
    ICON_REDEEM,
    ICON_REDO,
    ICON_REFRESH,
    ICON_REMOVE,
    ICON_ROUTE,
    ICON_SAVE,
    ICON_SAVE_AS,
    ICON_SCIENCE,
    ICON_SEARCH,
    ICON_SEND,
    ICON_SMART_TOY,
    ICON_SWAP_VERT,
    ICON_TABLE_ROWS,
    ICON_TRAVEL_EXPLORE,
    ICON_UNDO,
    ICON_VERIFIED,
    ICON_VERIFIED_USER,
    ICON_VERTICAL_DISTRIBUTE,
    ICON_VISIBILITY,
    ICON_VISIBILITY_OFF,
    ICON_WARNING,
    ICON_WORKSPACES,
}

/// Adds the font of the icons behind the faces for text.
pub(super) fn install(ctx: &egui::Context) {
    let font = include_bytes!("../../../assets/fonts/MaterialSymbolsRounded-subset.ttf");
    let mut data = FontData::from_static(font);
    // Icons sit a little above the line of the text beside them otherwise.
    data.tweak.y_offset_factor = 0.05;
    let family = FontFamily::Name(egui_material_icons::FONT_FAMILY.into());
    ctx.add_font(FontInsert::new(
        egui_material_icons::FONT_FAMILY,
        data,
        vec![
            InsertFontFamily { family: FontFamily::Proportional, priority: FontPriority::Lowest },
            InsertFontFamily { family, priority: FontPriority::Highest },
        ],
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_every_icon() {
        let ctx = egui::Context::default();
        install(&ctx);
        let mut missing = Vec::new();
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            let font = egui::FontId::new(14.0, ALL[0].1.font_family());
            missing = ui.fonts_mut(|fonts| {
                assert!(!fonts.has_glyphs(&font, "A"), "another font stands in");
                ALL.iter()
                    .filter(|(_, icon)| !fonts.has_glyphs(&font, icon.codepoint))
                    .map(|(name, _)| *name)
                    .collect()
            });
        });
        output.textures_delta.clear();
        assert!(missing.is_empty(), "run assets/fonts/icons.sh: the font lacks {missing:?}");
    }
}
