//! The program `gatepost`: hands command line and environment to the library.

use std::process::ExitCode;

/// A submission is some hundred small allocations on one thread, freed on another: a tenth of its time with glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gatepost::cli::main(std::env::args_os(), std::env::vars_os())
}
