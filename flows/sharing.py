"""What people are called who share a phone: by first name, and by no more than tells them apart.

Nothing of the trial tells them apart, as a code would: they know each other, and not that.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import reduce

from flows.list_formats import comparable
from flows.text import Text, text


def labels(names: Sequence[str]) -> tuple[str, ...]:
    """A label for each name: the first name, with the initial of the rest, or whole; whoever has
    the very same name as another is numbered beside it.
    """
    return tuple(_label(place, names) for place in range(len(names)))


def in_words(codes: Sequence[str]) -> Text:
    """Codes one after the other, in a sentence for staff."""
    labels = (text("answer.plain", value=code) for code in codes)
    return reduce(lambda before, label: text("answer.several", before=before, label=label), labels)


def _label(place: int, names: Sequence[str]) -> str:
    for form in _FORMS:
        shown = [form(name) for name in names]
        if Counter(map(comparable, shown))[comparable(shown[place])] == 1:
            return shown[place]
    same = [comparable(name) for name in names[: place + 1]].count(comparable(names[place]))
    return f"{_whole(names[place])} ({same})"


def first_name(name: str) -> str:
    return _whole(name).partition(" ")[0]


def _with_initial(name: str) -> str:
    first, _, rest = _whole(name).partition(" ")
    return f"{first} {rest[:1]}." if rest else first


def _whole(name: str) -> str:
    return " ".join(name.split())


_FORMS: tuple[Callable[[str], str], ...] = (first_name, _with_initial, _whole)
