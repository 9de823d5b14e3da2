//! One line on a terminal about what is under way, written over again and again.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::Environment;
use crate::report::counted;
use crate::scan::{Progress, Request, Stage};

/// How long nothing is said: most scans are done by then.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line changes.
const EVERY: Duration = Duration::from_millis(100);

/// Does `work`. If it takes more than a second and standard error is a terminal, a line there says how far it is.
///
/// A thread of its own writes the line. Where `request` is a few short files, for which no other threads are started either,
/// there is none.
pub(super) fn watched<R>(
    environment: &mut Environment<'_>,
    request: Request,
    quiet: bool,
    work: impl FnOnce(Request) -> R,
) -> R {
    if quiet || !environment.progress || request.is_small() {
        return work(request);
    }
    let progress = Arc::clone(&request.progress);
    let line = Line::new(environment);
    watched_by(environment.err, line, [PATIENCE, EVERY], &progress, || work(request))
}

fn watched_by<R>(
    err: &mut (dyn Write + Send),
    mut line: Line,
    [patience, every]: [Duration; 2],
    progress: &Progress,
    work: impl FnOnce() -> R,
) -> R {
    let end = End::default();
    thread::scope(|scope| {
        let watch = || {
            let start = Instant::now();
            let mut pause = patience;
            while !end.comes_within(pause) {
                line.show(err, &said(progress.stage(), start.elapsed()));
                pause = every;
            }
            line.clear(err);
        };
        // Where no thread can be had, nothing is said.
        let _ = thread::Builder::new().spawn_scoped(scope, watch);
        let _told = Tell(&end);
        work()
    })
}

fn said(stage: Stage, elapsed: Duration) -> String {
    let what = match stage {
        Stage::Searching => "looking for files".to_owned(),
        Stage::Reading { done, total } => format!("reading: {done} of {}", counted(total, "file")),
        Stage::Linking => "finding out what refers to what".to_owned(),
        Stage::Judging => "finding out who gets what".to_owned(),
    };
    format!("{what} ({} s)", elapsed.as_secs())
}

/// Whether work is done.
#[derive(Default)]
struct End {
    is_there: Mutex<bool>,
    comes: Condvar,
}

impl End {
    fn comes_within(&self, pause: Duration) -> bool {
        let is_there = self.is_there.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.comes.wait_timeout_while(is_there, pause, |is_there| !*is_there);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Says that work is done, also if it panics.
struct Tell<'e>(&'e End);

impl Drop for Tell<'_> {
    fn drop(&mut self) {
        *self.0.is_there.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.comes.notify_all();
    }
}

/// The line.
pub(super) struct Line {
    /// What stands there.
    text: String,
    wanted: bool,
    width: usize,
}

impl Line {
    /// On standard error, if that is a terminal.
    pub(super) fn new(environment: &Environment<'_>) -> Self {
        Self { text: String::new(), wanted: environment.progress, width: environment.width.unwrap_or(80) }
    }

    pub(super) fn show(&mut self, err: &mut dyn Write, text: &str) {
        if !self.wanted {
            return;
        }
        let text: String = text.chars().take(self.width.saturating_sub(1)).collect();
        if text == self.text {
            return;
        }
        // A terminal that is gone stops nothing.
        let _ = write!(err, "\r\u{1b}[2K{text}").and_then(|()| err.flush());
        self.text = text;
    }

    pub(super) fn clear(&mut self, err: &mut dyn Write) {
        if !self.text.is_empty() {
            let _ = write!(err, "\r\u{1b}[2K").and_then(|()| err.flush());
            self.text.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// A terminal that tells when something is written to it.
    struct Terminal {
        written: Vec<u8>,
        tell: Sender<()>,
    }

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.written.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            // At the end nobody listens any more.
            let _ = self.tell.send(());
            Ok(())
        }
    }

    fn line() -> Line {
        Line { text: String::new(), wanted: true, width: 20 }
    }

    #[test]
    fn what_takes_long_is_shown_and_cleared() {
        let (tell, told) = channel();
        let mut terminal = Terminal { written: Vec::new(), tell };
        let done = watched_by(&mut terminal, line(), [Duration::ZERO; 2], &Progress::default(), || {
            told.recv().unwrap();
            "done"
        });
        let written = String::from_utf8(terminal.written).unwrap();
        assert_eq!(done, "done");
        assert!(written.starts_with("\r\u{1b}[2Klooking for files ("), "{written:?}");
        assert!(written.ends_with("\r\u{1b}[2K"), "{written:?}");
        // No line reaches the last column.
        let longest = written.split("\r\u{1b}[2K").map(|line| line.chars().count()).max();
        assert_eq!(longest, Some(19));
    }

    #[test]
    fn what_is_soon_done_says_nothing() {
        let (tell, _told) = channel();
        let mut terminal = Terminal { written: Vec::new(), tell };
        let pauses = [Duration::from_secs(3600); 2];
        watched_by(&mut terminal, line(), pauses, &Progress::default(), || {});
        assert!(terminal.written.is_empty());
    }

    #[test]
    fn a_panic_ends_the_watch() {
        let (tell, _told) = channel();
        let mut terminal = Terminal { written: Vec::new(), tell };
        let pauses = [Duration::from_secs(3600); 2];
        let watch = std::panic::AssertUnwindSafe(|| {
            watched_by(&mut terminal, line(), pauses, &Progress::default(), || panic!("a bug"))
        });
        std::panic::catch_unwind(watch).unwrap_err();
    }

    #[test]
    fn stages_are_said_in_words() {
        let shown = |stage| said(stage, Duration::from_millis(2900));
        assert_eq!(shown(Stage::Reading { done: 12, total: 300 }), "reading: 12 of 300 files (2 s)");
        assert_eq!(shown(Stage::Linking), "finding out what refers to what (2 s)");
    }
}
