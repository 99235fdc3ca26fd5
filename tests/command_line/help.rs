//! Help, and mistakes in the command line.

use insta::assert_snapshot;

use crate::support::estate;

#[test]
fn the_overview_fits_a_screen() {
    assert_snapshot!(estate().run(&["-h"]), @"");
}

#[test]
fn every_command_is_documented() {
    let overview = estate().run(&["--help"]).stdout;
    let commands: Vec<_> = overview
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() >= 6, "{overview}");
    for command in commands {
        let ran = estate().run(&[command, "--help"]);
        assert_eq!(ran.code, Some(0), "{ran}");
        for part in ["Example", "Exit status", "--reading"] {
            assert!(ran.stdout.contains(part), "{command} does not say {part}: {ran}");
        }
    }
}

#[test]
fn a_mistyped_command_is_not_taken_for_a_file() {
    assert_snapshot!(estate().run(&["chek", "estate.yaml"]), @"");
    assert_snapshot!(estate().run(&["missing.yaml"]), @"");
}

#[test]
fn a_wrong_option_or_reading_is_usage() {
    assert_eq!(estate().run(&["check", ".", "--colour"]).code, Some(2));
    assert_eq!(estate().run(&["check", ".", "--reading", "left"]).code, Some(2));
    assert_eq!(estate().run(&["check"]).code, Some(2));
}

#[test]
fn output_that_nobody_looks_at_has_no_colours() {
    for arguments in [&["list", "."][..], &["check", "."], &["--help"], &["nothing"]] {
        assert!(!estate().run(arguments).to_string().contains('\u{1b}'));
    }
}
