//! The program `gatepost`: hands command line and environment to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    gatepost::cli::main(std::env::args_os(), std::env::vars_os())
}
