"""Which Parquet files are the truth right now?

`manifest.json` names every file of the extract and the watermark: all transactions below it are in the files. It is
replaced by a rename, so a reader sees the old list or the new one; files that no list names are swept up later.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

NAME = "manifest.json"
FORMAT = 1  # raised when columns change: older files are then extracted anew


class PartFile(msgspec.Struct, frozen=True):
    """One file: the part of the relation that it holds and how many rows."""

    part: str
    path: str  # relative to the folder of the manifest
    rows: int


class Manifest(msgspec.Struct, frozen=True):
    """One state of the extract."""

    generation: int
    identity: str  # of the database that was extracted
    watermark: int
    extracted_at: str
    files: dict[str, list[PartFile]]
    format: int = FORMAT
    root: str = ""  # names the extraction of all rows that these files go back to

    def has_files_of(self, other: "Manifest") -> bool:
        """Whether it names the very same files of the same database: then only the watermark differs."""
        return self.has_facts_of(other) and self.files == other.files

    def has_facts_of(self, other: "Manifest") -> bool:
        """Whether the one became the other by changed rows only: then those tell the difference."""
        return self.identity == other.identity and self.root == other.root


@dataclass(frozen=True, slots=True)
class FactFolder:
    """The folder of the extract."""

    path: Path

    @property
    def manifest_path(self) -> Path:
        """Where the list lies."""
        return self.path / NAME

    def load(self) -> Manifest | None:
        """The present list; none before the first extraction, or when it was written by another format."""
        try:
            manifest = msgspec.json.decode(self.manifest_path.read_bytes(), type=Manifest)
        except FileNotFoundError:
            return None
        return manifest if manifest.format == FORMAT else None

    def save(self, manifest: Manifest) -> None:
        """Replace the list in one step; the files it names must be on disk already."""
        fresh = self.path / f".{NAME}.fresh"
        with fresh.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.manifest_path)
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def paths(self, manifest: Manifest, relation: str) -> list[Path]:
        """The files of one relation."""
        return [self.path / file.path for file in manifest.files.get(relation, [])]
