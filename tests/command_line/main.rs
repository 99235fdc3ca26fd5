//! What scripts, pipelines and people at a terminal rely on: the commands, run as a process, with
//! their streams and exit statuses.
mod bad_input;
mod check;
mod decide;
mod diff;
mod edit;
mod graph;
mod help;
mod list;
mod serve_exchange;
mod support;
