//! Measures of the boxes, in points at zoom 1. Window and files draw by the same ones.

pub const CLIENT_WIDTH: f32 = 208.0;
pub const ISSUER_WIDTH: f32 = 248.0;
/// Space between the border of a box and its text.
pub const PADDING: f32 = 12.0;
/// Title and subtitle, with the space above and below.
pub const HEAD: f32 = 50.0;
/// The line of badges under the head.
pub const BADGES: f32 = 22.0;
pub const ROW: f32 = 22.0;
/// Space under the last row of an issuer.
pub const FOOT: f32 = 6.0;
/// Text sizes.
pub const TITLE: f32 = 14.0;
pub const SUBTITLE: f32 = 11.0;
pub const BADGE: f32 = 10.5;
pub const ROW_TEXT: f32 = 12.0;
/// Baselines, from the top of the box.
pub const TITLE_CENTER: f32 = 18.5;
pub const SUBTITLE_CENTER: f32 = 35.5;
/// Space a badge takes beside its text, and to the next badge.
pub const BADGE_PADDING: f32 = 6.0;
pub const BADGE_GAP: f32 = 5.0;
/// How far the second border of a collapsed group lies within the first.
pub const STACK: f32 = 4.0;
