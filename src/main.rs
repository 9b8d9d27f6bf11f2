//! isobar: the audit logs of clouds and identity providers into OCSF, correlated with Sigma rules.
//! Parse, run, report: what a command does stands in commands/.

mod builtin;
mod commands;
mod kept;
mod pipeline;
mod rules;
mod summary;
mod terminal;
mod times;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "isobar", version, about, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read archived logs, map them into OCSF, detect, and write what was asked for
    Replay(Box<commands::replay::Args>),
    /// List rules and what they read; find those that cannot fire, and what each costs
    Rules(commands::rules::Args),
}

/// Why a command ends with another code than 0.
#[derive(Debug)]
pub enum Failure {
    /// Findings at or above `--fail-on`.
    Findings,
    /// Used wrongly; the text was shown or is shown.
    Usage(String),
    /// Some input could not be read, and `--strict` was given.
    Input,
    /// The world failed: disk, network.
    World(String),
    /// Whoever read standard output has seen enough (`| head`).
    ReaderGone,
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Failure::Findings => 1,
            Failure::Usage(_) => 2,
            Failure::Input => 3,
            Failure::World(_) => 4,
            Failure::ReaderGone => 0,
        }
    }
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            // It quotes the arguments, and these may be names that somebody else chose.
            terminal::note(error.render().to_string().trim_end().lines().map(terminal::safe).collect::<Vec<_>>().join("\n").as_str());
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    let result = match cli.command {
        Command::Replay(args) => commands::replay::run(&args),
        Command::Rules(args) => commands::rules::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Failure::Usage(text) | Failure::World(text) = &failure
                && !text.is_empty()
            {
                terminal::error(text);
            }
            ExitCode::from(failure.code())
        }
    }
}
