//! Copies an answer while it is read: sees that it is whole, and lets no secret through. Holds nothing of it but the keys
//! above the place it is at, however large it is.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Write};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::de::IoRead;

/// What stands in place of a secret.
pub const REMOVED: &str = "(removed by fedlint)";

/// Copies one JSON document from `input` to `output`, without the values of the keys that `removed` names.
///
/// # Errors
///
/// What cannot be read or written, and text that is not one whole document.
pub(super) fn copy(input: impl Read, output: &mut impl Write, removed: &[&str]) -> io::Result<()> {
    let mut input = io::BufReader::new(input);
    let mut output = io::BufWriter::new(output);
    if removed.is_empty() {
        let copied = Copied { input: &mut input, output: &mut output };
        let mut document = serde_json::Deserializer::from_reader(copied);
        serde::Deserialize::deserialize(&mut document).map(|IgnoredAny| ())?;
        document.end()?;
    } else {
        let mut document = serde_json::Deserializer::new(IoRead::new(&mut input));
        let mut writer = Writer { removed, output: &mut output, keys: Vec::new(), failed: Cell::new(None) };
        let done = Place { writer: &mut writer, masked: false }.deserialize(&mut document);
        if let Some(error) = writer.failed.take() {
            return Err(error);
        }
        done?;
        document.end()?;
        output.write_all(b"\n")?;
    }
    output.flush()
}

/// Writes what is read.
struct Copied<'c, R, W> {
    input: &'c mut R,
    output: &'c mut W,
}

impl<R: Read, W: Write> Read for Copied<'_, R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.output.write_all(buffer.get(..length).unwrap_or_default())?;
        Ok(length)
    }
}

struct Writer<'w, W> {
    removed: &'w [&'w str],
    output: &'w mut W,
    /// The keys above the place; lists have none.
    keys: Vec<String>,
    /// What kept the output from being written: errors of the parser have no room for it.
    failed: Cell<Option<io::Error>>,
}

impl<W: Write> Writer<'_, W> {
    fn write<E: Error>(&mut self, bytes: &[u8]) -> Result<(), E> {
        self.output.write_all(bytes).map_err(|error| {
            let message = E::custom(&error);
            self.failed.set(Some(error));
            message
        })
    }

    fn write_line<E: Error>(&mut self, depth: usize) -> Result<(), E> {
        self.write(b"\n")?;
        (0..depth).try_for_each(|_| self.write(b"    "))
    }

    fn write_text<E: Error>(&mut self, text: &str) -> Result<(), E> {
        let quoted = serde_json::to_vec(text).map_err(E::custom)?;
        self.write(&quoted)
    }

    /// True if the value of the innermost key is to be removed.
    fn is_removed(&self) -> bool {
        self.removed.iter().any(|pattern| {
            let mut segments = pattern.split('.');
            self.keys.iter().all(|key| segments.next().is_some_and(|segment| is_segment(segment, key)))
                && segments.next().is_none()
        })
    }
}

/// True if `segment` of a pattern is this key: as it is written, or with `*x*` by a part of it.
fn is_segment(segment: &str, key: &str) -> bool {
    match segment.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')) {
        Some(part) => key.to_ascii_lowercase().contains(part),
        None => segment == key,
    }
}

/// A place in the document, and whether what stands there is removed.
struct Place<'p, 'w, W> {
    writer: &'p mut Writer<'w, W>,
    masked: bool,
}

impl<'d, W: Write> DeserializeSeed<'d> for Place<'_, '_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'d, W: Write> Visitor<'d> for Place<'_, '_, W> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.writer.write(if value { b"true" } else { b"false" })
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.number(&value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.number(&value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.number(&value.to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.writer.write(b"null")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        // An empty text is no secret, and says that there is none.
        let hidden = self.masked && !value.is_empty();
        self.writer.write_text(if hidden { REMOVED } else { value })
    }

    fn visit_seq<A: SeqAccess<'d>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { writer, masked } = self;
        writer.write(b"[")?;
        let mut first = true;
        loop {
            // The comma stands before the element, which is only known to be there once it is read.
            let separator = if first { "" } else { ", " };
            match items.next_element_seed(Element { separator, place: Place { writer, masked } })? {
                Some(()) => first = false,
                None => return writer.write(b"]"),
            }
        }
    }

    fn visit_map<A: MapAccess<'d>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self { writer, masked } = self;
        writer.write(b"{")?;
        let depth = writer.keys.len();
        let mut first = true;
        while let Some(key) = entries.next_key::<String>()? {
            if !first {
                writer.write(b",")?;
            }
            first = false;
            writer.write_line(depth + 1)?;
            writer.write_text(&key)?;
            writer.write(b": ")?;
            writer.keys.push(key);
            let masked = masked || writer.is_removed();
            entries.next_value_seed(Place { writer, masked })?;
            writer.keys.pop();
        }
        if !first {
            writer.write_line(depth)?;
        }
        writer.write(b"}")
    }
}

impl<W: Write> Place<'_, '_, W> {
    fn number<E: Error>(self, text: &str) -> Result<(), E> {
        if self.masked { self.writer.write_text(REMOVED) } else { self.writer.write(text.as_bytes()) }
    }
}

/// An element of a list, with what stands before it.
struct Element<'p, 'w, W> {
    separator: &'static str,
    place: Place<'p, 'w, W>,
}

impl<'d, W: Write> DeserializeSeed<'d> for Element<'_, '_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'d>>(self, deserializer: D) -> Result<(), D::Error> {
        self.place.writer.write(self.separator.as_bytes())?;
        self.place.deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(text: &str, removed: &[&str]) -> Result<String, String> {
        let mut out = Vec::new();
        copy(text.as_bytes(), &mut out, removed).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn without_secrets_an_answer_stays_as_it_is() {
        let text = "{\n  \"a\" : [1, 2.50, \"\\u00e9\"] }\n";
        assert_eq!(copied(text, &[]).unwrap(), text);
    }

    #[test]
    fn secrets_are_replaced_where_they_stand() {
        let text = r#"{"Client": {"Secret": "s3", "Id": "c", "Empty": {"Secret": "kept"}},
            "Users": [{"Emails": [{"Value": "a@b", "Primary": true}], "Id": 7}, {"Emails": null}],
            "Details": {"client_SECRET": "x", "other": ""}, "Secret": "kept"}"#;
        let out = copied(text, &["Client.Secret", "Users.Emails", "Details.*secret*"]).unwrap();
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        let expected = serde_json::json!({
            "Client": {"Secret": REMOVED, "Id": "c", "Empty": {"Secret": "kept"}},
            "Users": [{"Emails": [{"Value": REMOVED, "Primary": true}], "Id": 7}, {"Emails": null}],
            "Details": {"client_SECRET": REMOVED, "other": ""}, "Secret": "kept",
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn empty_secrets_are_none_and_numbers_may_be_some() {
        let out =
            copied(r#"{"a": "", "b": 4711, "c": [], "d": {}, "e": false, "f": -1.5}"#, &["a", "b", "f"]);
        let value: serde_json::Value = serde_json::from_str(&out.unwrap()).unwrap();
        let expected = serde_json::json!({"a": "", "b": REMOVED, "c": [], "d": {}, "e": false, "f": REMOVED});
        assert_eq!(value, expected);
    }

    #[test]
    fn what_is_not_one_whole_document_is_refused() {
        for removed in [&[][..], &["a.b"]] {
            for text in ["", "{", "{\"a\": [1, 2", "{\"a\": 1} {\"b\": 2}", "{\"a\": 1}x", "not JSON"] {
                assert!(copied(text, removed).is_err(), "{text:?}");
            }
            assert!(copied(&"[".repeat(100_000), removed).is_err());
        }
    }

    #[test]
    fn a_full_disk_is_said() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(100_000));
        for removed in [&[][..], &["b"]] {
            let error = copy(long.as_bytes(), &mut Full, removed).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        }
    }
}
