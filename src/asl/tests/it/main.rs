//! The interpreter from outside: recorded answers of AWS, cases written for this project, and what
//! must hold for all of them.

mod compare;
mod conformance;
mod simulation;
