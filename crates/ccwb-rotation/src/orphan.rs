//! A key of which the answer was lost: it exists, and nobody has its secret.

use crate::{Account, Key, Listed};

/// How far apart its date and the time at which we asked may be, in seconds: AWS refuses requests of clocks that are more than
/// five minutes off, and so long a call does not last.
const WINDOW: i64 = 300;

/// The key that a lost answer was about, if there is one that can only be that.
///
/// AWS lets nobody mark an access key as his own. So it has to be new since we asked, of the same minutes, and unused; a key
/// that is not all of this is somebody else's.
pub(crate) async fn find<A: Account>(
    account: &mut A,
    with: &Key,
    before: &[String],
    at: i64,
) -> Result<Option<Listed>, A::Error> {
    for listed in account.list(with).await? {
        let is_new = !before.contains(&listed.id) && listed.id != with.id;
        let is_of_then = (listed.created - at).abs() <= WINDOW;
        if is_new && is_of_then && account.last_used(with, &listed.id).await?.is_none() {
            return Ok(Some(listed));
        }
    }
    Ok(None)
}
