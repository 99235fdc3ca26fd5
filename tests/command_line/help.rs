//! Help, and mistakes in the command line.

use insta::assert_snapshot;

use crate::support::estate;

#[test]
fn the_overview_fits_a_screen() {
    assert_snapshot!(estate().run(&["-h"]), @r#"
        exit 0
        ── stdout
        See, change and try out who may exchange a token into whose

        Usage: exchange-studio [OPTIONS] [PATH]...
               exchange-studio <COMMAND>

        Commands:
          check      Report what is wrong or risky
          list       List client apps with their identities and permissions
          decide     Decide one token exchange, step by step
          reach      Say who can become whom, by which chains of exchanges
          matrix     Show the access matrix: who can become whom, with the fewest hops
          structure  Show exposure, hubs, circles, islands and choke points
          graph      Draw who may exchange a token into whose
          edit       Change client apps, their permissions and identities, or run a script of edits
          diff       Show how two configurations differ, and which access is gained and lost
          discover   Show what a server says of itself, and check it
          exchange   Run one token exchange against a server
          sweep      Find where a server and the configuration disagree
          calibrate  Settle which way the lists are read, with two requests
          probe      See whether a server refuses what it must
          serve      Run the built-in authority on the configuration
          mint       Get a token to exchange, from what 'serve' has started
          token      Get a token of a server, to exchange it
          secret     Keep a client's secret in the system keyring, or take it out
          help       Print this message or the help of the given subcommand(s)

        Arguments:
          [PATH]...  Files and folders to open in the window

        Options:
              --reading <READING>  How an entry of allowedTokenExchangeClientApps is read [possible values:
                                   requester-lists-target, requester-lists-origin, target-lists-requester]
          -h, --help               Print help (see more with '--help')
          -V, --version            Print version

        Run 'exchange-studio COMMAND --help' for what a command does, with an example.
        ── stderr
        "#);
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
    assert_snapshot!(estate().run(&["chek", "estate.yaml"]), @r#"
        exit 2
        ── stdout
        ── stderr
        error: there is no command or file 'chek'
          hint: did you mean the command 'check'?
        "#);
    assert_snapshot!(estate().run(&["missing.yaml"]), @r#"
        exit 3
        ── stdout
        ── stderr
        error: there is no file or folder 'missing.yaml'
          hint: exchange-studio --help lists the commands
        "#);
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
