//! Figures of whole programs, the budget that they are held to, and their pictures. What measures them is `tests/bench`.

mod budgets;
mod counts;
mod figures;
mod plot;

pub use budgets::{Budget, Budgets, Judgement, Verdict};
pub use counts::{KernelCalls, instructions_of_callgrind};
pub use figures::{Figures, Measure, median};
pub use plot::{Chart, Line, svg};
