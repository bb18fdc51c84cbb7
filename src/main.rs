//! The program `gatepost`: hands command line and environment to the library.

use std::process::ExitCode;

/// A post in flight is a few hundred small allocations on several threads; glibc's allocator spends a tenth of the
/// processor on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gatepost::cli::main(std::env::args_os(), std::env::vars_os())
}
