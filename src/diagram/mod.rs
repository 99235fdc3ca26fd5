//! Pure functions from a trust graph to positions, shapes and picture files.
//!
//! The window and the command line draw the same picture, so everything that decides what a
//! picture shows is here and knows nothing of pixels on a screen: [`scene`] turns a project and its
//! graph into boxes and arrows with words, [`layout`] gives boxes places and arrows routes, and
//! [`export`] writes the result as SVG, DOT or JSON. Nothing depends on time, chance or the order
//! of a hash map: the same input gives the same bytes, so a picture in a report can be compared
//! with the picture of last month.

pub mod export;
pub mod layout;
pub mod scene;
pub mod shape;
