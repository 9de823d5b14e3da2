//! Words of a field: an enum in Rust and its names in rule files, written once.

/// An enum whose variants have names in rule files.
pub trait Words: Copy {
    /// The names, by position.
    const NAMES: &'static [&'static str];

    /// The position of this variant.
    fn index(self) -> u32;

    /// The name of this variant.
    fn name(self) -> &'static str {
        Self::NAMES[self.index() as usize]
    }
}

/// Declares an enum together with the names of its variants.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$word:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum $name {
            $($(#[$word])* $variant,)*
        }

        impl $name {
            /// Every one, in order.
            #[allow(dead_code, reason = "not every enum is gone through")]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }

        impl $crate::facts::Words for $name {
            const NAMES: &'static [&'static str] = &[$($text,)*];

            fn index(self) -> u32 {
                self as u32
            }
        }
    };
}

pub(crate) use words;
