//! The interpreter from outside: recorded answers of AWS, cases written for this project, and what
//! must hold for all of them.

mod cases;
mod compare;
mod conformance;
mod intrinsics;
mod robustness;
mod simulation;
mod validation;
