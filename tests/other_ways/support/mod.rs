//! What these tests have in common.

mod neighbour;
mod scene;

pub(crate) use neighbour::Neighbour;
pub(crate) use scene::Scene;
