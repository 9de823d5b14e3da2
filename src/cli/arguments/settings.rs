//! The arguments of what asks for nothing but the settings.

use std::path::PathBuf;

use clap::Args;

use super::ColorChoice;
use crate::cli::{Configuration, SourceOptions};

/// Where the settings are, and how to write.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct SettingsOptions {
    /// Read settings from this file
    ///
    /// Without it, the nearest `fedlint.yaml` in the working directory or above is read, up to the root of the
    /// repository.
    #[arg(long, short, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Read no settings
    #[arg(long)]
    no_config: bool,

    /// When to use colours
    ///
    /// `auto` uses them if the output is a terminal, or FORCE_COLOR is set, and NO_COLOR is not.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
}

impl SettingsOptions {
    /// Where the settings are.
    pub(crate) fn configuration(&self) -> Configuration {
        match (&self.config, self.no_config) {
            (Some(file), _) => Configuration::File(file.clone()),
            (None, true) => Configuration::None,
            (None, false) => Configuration::Find,
        }
    }

    /// What a scan of the working directory with these settings would read.
    pub(crate) fn sources(&self) -> SourceOptions {
        SourceOptions {
            paths: vec![PathBuf::from(".")],
            with: Vec::new(),
            context: Vec::new(),
            parameters: Vec::new(),
            configuration: self.configuration(),
            exclude: Vec::new(),
            today: None,
            color: self.color,
            threads: 0,
        }
    }
}
