//! The same for many customers, a bounded number of them at a time.

use std::sync::Arc;

use tokio::task::JoinSet;

/// Does the work for each item, `bound` at a time at most, and hands over each result as it comes.
pub(super) async fn each<T, R, F>(items: Vec<T>, bound: usize, work: F, mut done: impl FnMut(R))
where
    T: Send + 'static,
    R: Send + 'static,
    F: AsyncWork<T, R>,
{
    let work = Arc::new(work);
    let mut waiting = items.into_iter();
    let mut running = JoinSet::new();
    loop {
        while running.len() < bound.max(1)
            && let Some(item) = waiting.next()
        {
            let work = Arc::clone(&work);
            running.spawn(async move { work.on(item).await });
        }
        match running.join_next().await {
            Some(Ok(result)) => done(result),
            Some(Err(died)) => std::panic::resume_unwind(died.into_panic()),
            None => return,
        }
    }
}

/// What is done for each.
pub(super) trait AsyncWork<T, R>: Send + Sync + 'static {
    /// For one.
    fn on(&self, item: T) -> impl Future<Output = R> + Send;
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[derive(Default)]
    struct Counting {
        now: AtomicUsize,
        most: Arc<AtomicUsize>,
    }

    impl AsyncWork<u64, u64> for Counting {
        async fn on(&self, item: u64) -> u64 {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_micros(item % 7 * 100)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            item
        }
    }

    #[tokio::test]
    async fn all_are_done_and_never_more_at_a_time_than_the_bound() {
        for (count, bound) in [(10_000_u64, 8), (3, 100), (5, 1), (0, 8)] {
            let work = Counting::default();
            let most = Arc::clone(&work.most);
            let mut all = Vec::new();
            each((0..count).collect(), bound, work, |item| all.push(item)).await;
            all.sort_unstable();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
            assert_eq!(most.load(Ordering::SeqCst), bound.min(usize::try_from(count).unwrap()));
        }
    }
}
