from pathlib import Path

import pytest

from storage.lock import SecondCopy, exclusive


def test_a_second_copy_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path),
        pytest.raises(SecondCopy, match="Another copy of Hamrah") as refused,
        exclusive(tmp_path),
    ):
        pass
    assert str(tmp_path) in str(refused.value)


def test_the_data_are_free_after_the_first_copy_ends(tmp_path: Path) -> None:
    for _ in range(2):
        with exclusive(tmp_path):
            pass


def test_copies_on_different_data_run_side_by_side(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with exclusive(tmp_path), exclusive(other):
        pass
