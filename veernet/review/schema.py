"""The tables of a document, and the format that they are of."""

from __future__ import annotations

FORMAT = "veernet document 1"
"""Raised when the tables change, so that another version says so."""

SCHEMA = f"""
CREATE TABLE document (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (
  revision INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  parent INTEGER,
  target INTEGER,
  head INTEGER NOT NULL,
  section TEXT,
  label TEXT NOT NULL,
  content TEXT NOT NULL,
  time TEXT NOT NULL
);
CREATE INDEX children ON journal (parent);
CREATE TABLE patch (
  revision INTEGER NOT NULL, place INTEGER NOT NULL, curve TEXT NOT NULL,
  row0 INTEGER NOT NULL, rows INTEGER NOT NULL,
  before BLOB NOT NULL, after BLOB NOT NULL, PRIMARY KEY (revision, place)
);
CREATE TABLE registration (revision INTEGER PRIMARY KEY, documents TEXT NOT NULL);
CREATE TABLE reading (
  revision INTEGER NOT NULL, section TEXT NOT NULL, place INTEGER NOT NULL,
  curve TEXT NOT NULL, first_row INTEGER NOT NULL, rows INTEGER NOT NULL,
  samples BLOB NOT NULL, PRIMARY KEY (revision, section, place)
);
INSERT INTO document VALUES ('format', '{FORMAT}');
CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
CREATE TRIGGER journal_is_not_cut BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
"""
