//! The program `gatepost`: hands command line and environment to the library.

use std::process::ExitCode;

/// A submission allocates some hundred times, many of them a few kilobytes; with glibc's allocator it costs a fifth more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gatepost::cli::main(std::env::args_os(), std::env::vars_os())
}
