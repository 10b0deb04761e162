"""The folders that a review may read from and write to, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from veernet.errors import InputError


class Roots:
    """The folders that may be read and written, and no others.

    Parameters
    ----------
    folders
        The first is where exports go unless another is named.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folder.resolve() for folder in folders)
        for folder in self.folders:
            if not folder.is_dir():
                msg = f"{folder} is no folder: name one that is there"
                raise InputError(msg)

    def folder(self, name: str | None) -> Path:
        """Return a folder that was named, or one within it.

        Raises
        ------
        InputError
            If it lies elsewhere, or is none.
        """
        if not name:
            return self.folders[0]
        place = self._within(self.folders[0] / name, name)
        if not place.is_dir():
            msg = f"there is no folder {name[:80]!r}"
            raise InputError(msg)
        return place

    def file(self, name: str, suffix: str) -> Path:
        """Return a file that is there, in one of the folders.

        Raises
        ------
        InputError
            If it lies elsewhere, is none, or does not end so.
        """
        place = self._within(self.folders[0] / name, name)
        if place.suffix.lower() != suffix or not place.is_file():
            msg = f"there is no file {name[:80]!r} that ends in {suffix}"
            raise InputError(msg)
        return place

    def listed(self, suffix: str) -> list[str]:
        """Return the files with a suffix in the folders themselves."""
        found = []
        for place, folder in enumerate(self.folders):
            for file in sorted(folder.iterdir()):
                if file.suffix.lower() == suffix and file.is_file():
                    found.append(str(file) if place else file.name)
        return found

    def _within(self, path: Path, name: str) -> Path:
        said = f"{name[:80]!r} is in no folder that was named: give --root for it"
        try:
            place = path.resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(said) from error
        if not any(place.is_relative_to(folder) for folder in self.folders):
            raise InputError(said)
        return place
