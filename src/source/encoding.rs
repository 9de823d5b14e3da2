//! Bytes become text: UTF-8 with or without a byte-order mark, UTF-16 with one. Nothing is guessed.

use std::str;

/// How a file writes its characters. Spans always count in UTF-8 without a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8 without a byte-order mark.
    Utf8,
    /// UTF-8 behind the mark `EF BB BF`.
    Utf8WithMark,
    /// UTF-16, little endian, behind the mark `FF FE`.
    Utf16LittleEndian,
    /// UTF-16, big endian, behind the mark `FE FF`.
    Utf16BigEndian,
}

/// Bytes that are not text in an encoding that we read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotText {
    /// Offset of the first byte that does not fit, in the file.
    pub offset: usize,
    /// What is wrong: lower case, no final period.
    pub message: String,
    /// What to do about it: a full sentence.
    pub help: String,
}

impl Encoding {
    /// The encoding that the mark at the start of `bytes` names; UTF-8 if there is none.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Self::Utf8WithMark,
            [0xFF, 0xFE, ..] => Self::Utf16LittleEndian,
            [0xFE, 0xFF, ..] => Self::Utf16BigEndian,
            _ => Self::Utf8,
        }
    }

    /// The bytes of a file that holds `text`.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf8WithMark => [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat(),
            Self::Utf16LittleEndian => {
                [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
            }
            Self::Utf16BigEndian => {
                [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
            }
        }
    }

    /// The offset in the file of the character at `offset` in `text`, which is the file's text.
    #[must_use]
    pub fn offset_in_file(self, text: &str, offset: usize) -> usize {
        match self {
            Self::Utf8 => offset,
            Self::Utf8WithMark => offset + 3,
            Self::Utf16LittleEndian | Self::Utf16BigEndian => {
                let before = &text[..text.floor_char_boundary(offset)];
                2 + 2 * before.encode_utf16().count()
            }
        }
    }
}

/// Reads `bytes` as text. Line ends stay as they are.
///
/// # Errors
///
/// If the bytes are not text in one of the encodings of [`Encoding`].
pub fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), NotText> {
    let encoding = Encoding::of(&bytes);
    let text = match encoding {
        Encoding::Utf8 => from_utf8(bytes)?,
        Encoding::Utf8WithMark => {
            let mut text = from_utf8(bytes)?;
            text.drain(..'\u{FEFF}'.len_utf8());
            text
        }
        Encoding::Utf16LittleEndian => from_utf16(&bytes, u16::from_le_bytes)?,
        Encoding::Utf16BigEndian => from_utf16(&bytes, u16::from_be_bytes)?,
    };
    Ok((text, encoding))
}

fn from_utf8(bytes: Vec<u8>) -> Result<String, NotText> {
    // NUL is valid UTF-8 and never part of JSON or YAML: most often it is the other half of a UTF-16
    // character, which the reader behind us would report in a far less helpful way.
    if let Some(offset) = memchr::memchr(0, &bytes) {
        return Err(not_utf8(&bytes, offset));
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        not_utf8(error.as_bytes(), offset)
    })
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let help = "Save the file as UTF-8.";
    if let [0xFF, 0xFE, 0, 0, ..] = bytes {
        return Err(NotText {
            offset: 0,
            message: "the text is UTF-32, which is not read".to_owned(),
            help: help.to_owned(),
        });
    }
    let (pairs, rest) = bytes[2..].as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut offset = 2;
    for character in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        let character = character.map_err(|error| NotText {
            offset,
            message: format!(
                "half of a UTF-16 surrogate pair ({:#06X}) stands alone at byte {offset}",
                error.unpaired_surrogate()
            ),
            help: help.to_owned(),
        })?;
        text.push(character);
        offset += 2 * character.len_utf16();
    }
    if !rest.is_empty() {
        return Err(NotText {
            offset: bytes.len() - 1,
            message: format!(
                "the UTF-16 text ends in the middle of a character, at byte {}",
                bytes.len() - 1
            ),
            help: "The file seems to be cut off: write it again, best as UTF-8.".to_owned(),
        });
    }
    Ok(text)
}

/// Says what stands at `offset`, the first byte that is not UTF-8 (or is NUL).
fn not_utf8(bytes: &[u8], offset: usize) -> NotText {
    let byte = bytes[offset];
    let before = &bytes[..offset];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let place = format!("byte {offset} (line {line})");
    if byte == 0 {
        let wide = offset <= 1 && bytes.len() >= 2;
        return if wide {
            NotText {
                offset,
                message: format!("the text looks like UTF-16 without a byte-order mark: NUL at {place}"),
                help: "Save the file as UTF-8, or as UTF-16 with a byte-order mark.".to_owned(),
            }
        } else {
            NotText {
                offset,
                message: format!("the file is not text: NUL at {place}"),
                help: "Exclude the file if it is binary; else save it as UTF-8.".to_owned(),
            }
        };
    }
    // In Latin-1 every byte from A0 on is the character of the same number.
    let message = if byte >= 0xA0 && !continues(&bytes[offset + 1..]) {
        format!("not UTF-8: {byte:#04X} at {place}, which would be `{}` in Latin-1", char::from(byte))
    } else {
        format!("not UTF-8: {byte:#04X} at {place}")
    };
    NotText { offset, message, help: "Save the file as UTF-8.".to_owned() }
}

/// True if the bytes go on as those of a longer UTF-8 character do.
fn continues(rest: &[u8]) -> bool {
    rest.first().is_some_and(|byte| byte & 0xC0 == 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn reads_what_it_promises() {
        let text = "a: é\r\nb: 😀\n";
        let cases = [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8WithMark),
            (utf16(text, u16::to_le_bytes), Encoding::Utf16LittleEndian),
            (utf16(text, u16::to_be_bytes), Encoding::Utf16BigEndian),
            (Vec::new(), Encoding::Utf8),
        ];
        for (bytes, encoding) in cases {
            let expected = if bytes.is_empty() { "" } else { text };
            assert_eq!(decode(bytes), Ok((expected.to_owned(), encoding)));
        }
    }

    #[test]
    fn offsets_lead_back_into_the_file() {
        let text = "é😀b";
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8WithMark),
        ] {
            assert_eq!(bytes[encoding.offset_in_file(text, 6)], b'b');
        }
        let wide = utf16(text, u16::to_be_bytes);
        let offset = Encoding::Utf16BigEndian.offset_in_file(text, 6);
        assert_eq!(&wide[offset..], [0, b'b']);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_text_or_have_a_place(bytes: Vec<u8>, mark in 0usize..4) {
            let mark: &[u8] = [&b""[..], b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"][mark];
            let bytes = [mark, &bytes].concat();
            match decode(bytes.clone()) {
                Ok((text, encoding)) => {
                    // The end of the text is the end of the file.
                    proptest::prop_assert_eq!(encoding.offset_in_file(&text, text.len()), bytes.len());
                }
                Err(error) => proptest::prop_assert!(error.offset < bytes.len(), "{:?}", error),
            }
        }
    }

    #[test]
    fn says_what_it_saw_where() {
        let cases: [(&[u8], usize, &str); 8] = [
            (b"a: b\nc: caf\xE9 x", 11, "not UTF-8: 0xE9 at byte 11 (line 2), which would be `é` in Latin-1"),
            (b"a\x93b", 1, "not UTF-8: 0x93 at byte 1 (line 1)"),
            (b"{\0\"\0", 1, "the text looks like UTF-16 without a byte-order mark: NUL at byte 1 (line 1)"),
            (b"abc\0", 3, "the file is not text: NUL at byte 3 (line 1)"),
            (b"\xFF\xFE\0\0a\0\0\0", 0, "the text is UTF-32, which is not read"),
            (b"\xFF\xFEa\0b", 4, "the UTF-16 text ends in the middle of a character, at byte 4"),
            (b"\xFE\xFF\xD8\x00\0a", 2, "half of a UTF-16 surrogate pair (0xD800) stands alone at byte 2"),
            (b"\xEF\xBB\xBFab\xFF", 5, "not UTF-8: 0xFF at byte 5 (line 1), which would be `ÿ` in Latin-1"),
        ];
        for (bytes, offset, message) in cases {
            let error = decode(bytes.to_vec()).expect_err(message);
            assert_eq!((error.offset, error.message.as_str()), (offset, message));
        }
    }
}
