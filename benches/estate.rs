//! Writes a generated estate into a folder, to try the studio with.
//!
//! `cargo run --release --example estate -- 10000 /tmp/estate`

mod generate;

use std::path::Path;
use std::process::ExitCode;

/// Client apps in one file, about what people keep together.
const PER_FILE: usize = 250;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let total = arguments.next().and_then(|number| number.parse::<usize>().ok());
    let (Some(total), Some(folder)) = (total, arguments.next()) else {
        eprintln!("usage: estate NUMBER FOLDER");
        return ExitCode::from(2);
    };
    match write(total, Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(total: usize, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for from in (0..total).step_by(PER_FILE) {
        let text = generate::clients(from, (from + PER_FILE).min(total), total);
        std::fs::write(folder.join(format!("clients-{:05}.yaml", from / PER_FILE)), text)?;
    }
    Ok(())
}
