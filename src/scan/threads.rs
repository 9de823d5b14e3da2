//! What is done side by side, and by how many threads. Results come in an order that does not depend on them.

use std::io;

use rayon::prelude::*;

use super::FEW;

/// Texts are made in parts of so many, which are worth handing to a thread.
const PART: usize = 32;

/// So many parts are held for each thread before they are written.
const HELD: usize = 32;

/// Runs `work` where parallel iterators use `threads` threads. One means this very thread: none is started.
pub(super) fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
    if threads > 1 {
        // Where threads cannot be had, one is enough.
        if let Ok(pool) = builder.build() {
            return pool.install(work);
        }
        return on_threads(1, work);
    }
    // This thread becomes the only one of a pool. It stays so: a second scan on it finds it in place, which is
    // the one error that is possible here.
    let pool = builder.use_current_thread().build();
    let result = work();
    drop(pool);
    result
}

/// Applies `work` to all items, side by side if they are more than a few; results come in their order.
pub(super) fn in_order<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if items.len() > FEW {
        // One by one: at the end, no thread has several left that another one could do.
        items.par_iter().with_max_len(1).map(work).collect()
    } else {
        items.iter().map(work).collect()
    }
}

/// As [`in_order`], of items that are let go of one by one.
pub(super) fn used_up_in_order<T: Send, R: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync + Send,
) -> Vec<R> {
    if items.len() > FEW {
        items.into_par_iter().with_max_len(1).map(work).collect()
    } else {
        items.into_iter().map(work).collect()
    }
}

/// Has `make` make so many texts, side by side if they are many, and hands them to `write` in their order.
///
/// # Errors
///
/// The first one of `write`.
pub(crate) fn side_by_side(
    threads: usize,
    count: usize,
    make: impl Fn(usize) -> String + Sync,
    mut write: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    let parts = count.div_ceil(PART);
    let pool = (threads > 1 && parts > threads)
        .then(|| rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok())
        .flatten();
    let Some(pool) = pool else { return (0..count).try_for_each(|number| write(&make(number))) };
    let part = |part: usize| -> String { (part * PART..count.min((part + 1) * PART)).map(&make).collect() };
    for first in (0..parts).step_by(threads * HELD) {
        let some = first..parts.min(first + threads * HELD);
        let texts: Vec<String> = pool.install(|| some.into_par_iter().with_max_len(1).map(part).collect());
        texts.iter().try_for_each(|text| write(text))?;
    }
    Ok(())
}

/// How many threads are meant by a number of them, of which 0 is one for each processor.
pub(super) fn thread_count(asked: usize) -> usize {
    if asked == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { asked }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        let items: Vec<usize> = (0..1000).collect();
        for threads in [1, 2, 8, 1] {
            let doubled = on_threads(threads, || in_order(&items, |item| item * 2));
            assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_thread_is_the_one_that_is_there() {
        let own = std::thread::current().id();
        for _ in 0..2 {
            let items: Vec<usize> = (0..100).collect();
            let threads = on_threads(1, || in_order(&items, |_| std::thread::current().id()));
            assert!(threads.iter().all(|&thread| thread == own));
        }
    }

    #[test]
    fn texts_are_written_in_their_order_by_any_number_of_threads() {
        for count in [0, 1, PART, 3 * PART + 1, 100 * HELD * PART / 30 + 5] {
            let expected: String = (0..count).map(|number| format!("{number} ")).collect();
            for threads in [1, 2, 3] {
                let mut written = String::new();
                let done = side_by_side(
                    threads,
                    count,
                    |number| format!("{number} "),
                    |text| {
                        written.push_str(text);
                        Ok(())
                    },
                );
                assert!(done.is_ok() && written == expected, "{count} {threads}");
            }
        }
    }

    #[test]
    fn what_cannot_be_written_ends_it() {
        for threads in [1, 2] {
            let mut left = 3;
            let done = side_by_side(
                threads,
                100 * PART,
                |_| "x".to_owned(),
                |_| {
                    left -= 1;
                    if left == 0 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
                },
            );
            assert_eq!((done.map_err(|error| error.kind()), left), (Err(io::ErrorKind::BrokenPipe), 0));
        }
    }
}
