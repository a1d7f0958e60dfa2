"""Whether a message asks the bot to stop, or to start again.

A sentence is a stop when, its words of courtesy left out, it is one of the words or sentences
listed as `alone` (with the number some operators ask for: "لغو ۱۱"), and it is no question.
It is a stop too when an `opening` ("stop", "پیام") is followed by a `closing` ("messages",
"نفرستید") with nothing but words `between`, unless the word before the opening turns it round
(`refused`: "do not stop …") or the sentence limits it (`condition`: "… at night").
What these rules do not take for a stop is mail, which a person on the staff reads.
"""

import re
from collections.abc import Iterator
from functools import cache

from bot.language.lexicon import Lexicon, StopWords, any_of
from bot.language.typed_text import normalize, words_of

_SENTENCE = re.compile(r"([^.!?؟;؛\n]+)([.!?؟;؛\n]*)")
_QUESTION_MARKS = frozenset("?؟")


def is_stop(text: str, lexicon: Lexicon) -> bool:
    return any(
        _is_alone(sentence, is_question, words) or _is_request(sentence, words)
        for sentence, is_question in _sentences(text)
        for words in lexicon.stop
    )


def is_start(text: str, lexicon: Lexicon) -> bool:
    """Only the word itself, since starting again needs the person's clear wish."""
    return " ".join(words_of(text)) in lexicon.start


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    lines = "\n".join(map(normalize, text.splitlines()))
    for sentence, marks in _SENTENCE.findall(lines):
        yield " ".join(words_of(sentence)), not _QUESTION_MARKS.isdisjoint(marks)


def _is_alone(sentence: str, is_question: bool, stop: StopWords) -> bool:
    said = re.sub(r" 11$", "", sentence)
    core = " ".join(word for word in said.split() if word not in stop.filler)
    return not is_question and not stop.alone.isdisjoint({said, core})


def _is_request(sentence: str, stop: StopWords) -> bool:
    if _condition_pattern(stop).search(sentence):
        return False
    requests = _request_pattern(stop).finditer(sentence)
    return any(request["refused"] is None for request in requests)


@cache
def _request_pattern(stop: StopWords) -> re.Pattern[str]:
    # Tried without the word before it first, so that "I" belongs to an opening "I don't want".
    return re.compile(
        rf"(?<!\S)(?P<refused>{any_of(stop.refused)} )??{any_of(stop.opening)}"
        rf"(?: {any_of(stop.between)})* {any_of(stop.closing)}(?!\S)"
    )


@cache
def _condition_pattern(stop: StopWords) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S){any_of(stop.condition)}(?!\S)")
