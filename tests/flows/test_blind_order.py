"""Letters in place of a visit's name: the same for a rater each time, and telling nothing."""

from collections import Counter

from flows.blind_order import veiled


def test_a_rater_always_sees_the_same_letters_for_a_visit() -> None:
    assert veiled("v", 7) == veiled("v", 7)


def test_another_rater_or_visit_has_others() -> None:
    assert len({veiled(veil, rater).letters for veil in "uvw" for rater in (7, 8)}) == 6
    assert len({veiled(veil, rater).key for veil in "uvw" for rater in (7, 8)}) == 6


def test_neither_letters_nor_keys_follow_the_order_of_visits() -> None:
    """Each order of three visits comes about as often as any other."""
    for part in ("letters", "key"):
        orders = Counter(_order(number, part) for number in range(600))
        assert len(orders) == 6
        assert min(orders.values()) > 60


def _order(participant: int, part: str) -> tuple[int, ...]:
    """Three visits of somebody, sorted by what a rater sees of them."""
    seen = [getattr(veiled(f"{participant}:{visit}", 7), part) for visit in range(3)]
    return tuple(sorted(range(3), key=seen.__getitem__))


def test_a_key_fits_a_button_and_holds_no_separator() -> None:
    it = veiled("v", 7)
    assert len(it.key) == 16
    assert ":" not in it.key
    assert it.letters.isupper()
