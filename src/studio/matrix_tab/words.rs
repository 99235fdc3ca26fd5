//! What a cell says, in words: for tooltips, for the strip below and for those who hear it.

use super::table::{Look, Mark, Table};
use crate::trust::Actor;

/// Rows or columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    Rows,
    Columns,
}

impl Axis {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Columns => "columns",
        }
    }

    /// What its order is called.
    pub fn order(self) -> &'static str {
        match self {
            Self::Rows => "Order of rows",
            Self::Columns => "Order of columns",
        }
    }

    /// The order by the hops of one column, or of one row.
    pub fn by_hops(self, label: &str) -> String {
        match self {
            Self::Rows => format!("by hops to {label}"),
            Self::Columns => format!("by hops from {label}"),
        }
    }

    pub fn hops_rule(self) -> &'static str {
        match self {
            Self::Rows => "By hops: who can become a client app with the fewest hops comes first.",
            Self::Columns => "By hops: what somebody can become with the fewest hops comes first.",
        }
    }
}

/// A cell as a sentence.
pub fn sentence(table: &Table, (row, column): (usize, usize), mark: Option<Mark>) -> String {
    let matrix = &table.matrix;
    let (Some(from), Some(to)) = (matrix.rows().get(row), matrix.columns().get(column)) else {
        return String::new();
    };
    let (a, b) = (&from.label, &to.label);
    if from.node == to.node {
        return format!("{a} is {b} itself.");
    }
    let alone = match matrix.view.actor {
        Actor::Single => " alone",
        Actor::Worst => "",
    };
    let within = match matrix.view.max_hops {
        u32::MAX => String::new(),
        1 => " in 1 hop".to_owned(),
        most => format!(" within {most} hops"),
    };
    let Some(mark) = mark else {
        return format!("{a}{alone} cannot become {b}{within}.");
    };
    let hops = hops(mark.hops);
    let mut text = match mark.look {
        Look::Allowed => format!("{a}{alone} can become {b} in {hops}: allowed."),
        Look::NotStated => format!(
            "{a}{alone} can become {b} in {hops} as far as the files say: some conditions are not \
             stated."
        ),
        Look::Chain => format!("{a}{alone} can become {b} in {hops}."),
        Look::Refused => {
            format!("{a}{alone} cannot become {b}{within}: a list permits it, and it is refused.")
        }
    };
    if mark.refused && mark.look != Look::Refused {
        text.push_str(" A list permits it in 1 hop as well, and that is refused.");
    }
    text
}

/// As in "1 hop", "3 hops".
pub fn hops(count: u32) -> String {
    if count == 1 { "1 hop".to_owned() } else { format!("{count} hops") }
}

/// What a row comes to.
pub fn row(label: &str, count: u64) -> String {
    let apps = if count == 1 { "client app" } else { "client apps" };
    format!("{label} can become {count} {apps}")
}

/// What a column comes to.
pub fn column(label: &str, count: u64) -> String {
    format!("{count} can become {label}")
}

/// What totals count, whatever is shown.
pub const TOTALS: &str = "Totals count all client apps and external identities, in the worst case \
                          and by any number of hops, whatever is left out here.";

/// A count in the width of a cell.
pub fn short(count: u64) -> String {
    match count {
        0..=999 => count.to_string(),
        1_000..=9_999 => format!("{}.{}k", count / 1_000, count % 1_000 / 100),
        10_000..=999_999 => format!("{}k", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_count_fits_into_a_cell() {
        let counts = [0, 999, 1_000, 9_999, 10_000, 123_456, 7_000_000];
        assert_eq!(counts.map(short), ["0", "999", "1.0k", "9.9k", "10k", "123k", "7M"]);
    }
}
