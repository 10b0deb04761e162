"""Edits: what a person changes in a reading, as pure functions on its arrays.

An edit (:mod:`veernet.edits.kinds`) is a small record that JSON holds, `apply` turns it
into patches, and patches are put in place and taken back, equal to the byte.
"""

from __future__ import annotations

from veernet.edits.apply import Retracer, apply
from veernet.edits.ground import Applied
from veernet.edits.kinds import ACTIONS, Edit
from veernet.edits.labels import label, tell_step
from veernet.edits.parse import edit_from_dict, edit_to_dict
from veernet.edits.reading import (
    Edited,
    apply_table,
    edited_lines,
    kept_around,
    merge,
)
from veernet.edits.samples import Patch, Samples, patched, reverse
from veernet.edits.table import (
    TableEdit,
    goes_by_registration,
    read_edits,
    write_edits,
)

__all__ = [
    "ACTIONS",
    "Applied",
    "Edit",
    "Edited",
    "Patch",
    "Retracer",
    "Samples",
    "TableEdit",
    "apply",
    "apply_table",
    "edit_from_dict",
    "edit_to_dict",
    "edited_lines",
    "goes_by_registration",
    "kept_around",
    "label",
    "merge",
    "patched",
    "read_edits",
    "reverse",
    "tell_step",
    "write_edits",
]
