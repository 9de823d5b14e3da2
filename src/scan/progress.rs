//! How far a scan is, for whoever waits. Costs an addition for each file.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// What is under way. Several threads may say so and ask at the same time.
#[derive(Debug, Default)]
pub struct Progress {
    stage: AtomicU8,
    done: AtomicUsize,
    total: AtomicUsize,
}

/// What a scan does, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looks for files.
    Searching,
    /// Reads them.
    Reading {
        /// How many are read.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// Finds out what refers to what.
    Linking,
    /// Finds out who gets what, and what is wrong with it.
    Judging,
}

impl Progress {
    /// What is under way now.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            0 => Stage::Searching,
            1 => Stage::Reading {
                done: self.done.load(Ordering::Relaxed),
                total: self.total.load(Ordering::Relaxed),
            },
            2 => Stage::Linking,
            _ => Stage::Judging,
        }
    }

    pub(super) fn read_files(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
        self.stage.store(1, Ordering::Relaxed);
    }

    pub(super) fn file_is_read(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn link(&self) {
        self.stage.store(2, Ordering::Relaxed);
    }

    pub(super) fn judge(&self) {
        self.stage.store(3, Ordering::Relaxed);
    }
}
