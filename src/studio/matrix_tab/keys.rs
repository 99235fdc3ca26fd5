//! The keyboard: arrows go from cell to cell, Home and End to the ends of a row, with Ctrl to the
//! corners, Page up and down by what is in view, Enter shows the chains.

use egui::{Event, EventFilter, Key, Modifiers, Ui};

/// What was pressed while the matrix had the keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pressed {
    /// Where that leads.
    pub to: Option<(usize, usize)>,
    pub enter: bool,
}

/// Takes the keys that are meant for the matrix; arrows no longer go to another widget.
pub fn take(
    ui: &Ui,
    id: egui::Id,
    from: Option<(usize, usize)>,
    size: (usize, usize),
    page: usize,
) -> Pressed {
    if !ui.memory(|memory| memory.has_focus(id)) || size.0 == 0 || size.1 == 0 {
        return Pressed::default();
    }
    let filter =
        EventFilter { vertical_arrows: true, horizontal_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let mut at = from;
    let mut enter = false;
    // Several presses may come with one frame when frames are slow.
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
            if *key == Key::Enter && modifiers.is_none() {
                enter = true;
                return false;
            }
            let Some(to) = step(*key, *modifiers, at, size, page) else { return true };
            at = Some(to);
            false
        });
    });
    Pressed { to: at.filter(|_| at != from), enter }
}

fn step(
    key: Key,
    modifiers: Modifiers,
    at: Option<(usize, usize)>,
    (rows, columns): (usize, usize),
    page: usize,
) -> Option<(usize, usize)> {
    let (row, column) = at.unwrap_or((0, 0));
    let (last_row, last_column) = (rows - 1, columns - 1);
    let is_plain = modifiers.is_none();
    let to = match key {
        Key::ArrowUp if is_plain => (row.saturating_sub(1), column),
        Key::ArrowDown if is_plain => (row + 1, column),
        Key::ArrowLeft if is_plain => (row, column.saturating_sub(1)),
        Key::ArrowRight if is_plain => (row, column + 1),
        Key::PageUp if is_plain => (row.saturating_sub(page), column),
        Key::PageDown if is_plain => (row + page, column),
        Key::Home if is_plain => (row, 0),
        Key::End if is_plain => (row, last_column),
        Key::Home if modifiers.command_only() => (0, 0),
        Key::End if modifiers.command_only() => (last_row, last_column),
        _ => return None,
    };
    // The first key goes to where the eyes begin.
    let to = if at.is_none() { (0, 0) } else { to };
    Some((to.0.min(last_row), to.1.min(last_column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_within_the_matrix() {
        let size = (3, 4);
        let plain = |key, at| step(key, Modifiers::NONE, Some(at), size, 2);
        assert_eq!(plain(Key::ArrowRight, (0, 0)), Some((0, 1)));
        assert_eq!(plain(Key::ArrowRight, (0, 3)), Some((0, 3)));
        assert_eq!(plain(Key::ArrowUp, (0, 3)), Some((0, 3)));
        assert_eq!(plain(Key::PageDown, (1, 1)), Some((2, 1)));
        assert_eq!(plain(Key::End, (1, 1)), Some((1, 3)));
        assert_eq!(step(Key::End, Modifiers::COMMAND, Some((0, 0)), size, 2), Some((2, 3)));
        assert_eq!(step(Key::ArrowDown, Modifiers::NONE, None, size, 2), Some((0, 0)));
        assert_eq!(plain(Key::A, (0, 0)), None);
    }
}
