"""A definition with one thing in it made wrong."""

from pathlib import Path


def spoil(folder: Path, old: str, new: str, file: str = "trial.toml") -> None:
    path = folder / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
