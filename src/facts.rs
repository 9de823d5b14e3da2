//! What is true, with evidence, certainty and worlds; one file per kind of fact. Formats no text.
