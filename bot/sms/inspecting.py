"""What is to be seen of SMS before anybody gets one: parts and cost, length, privacy, variants."""

from collections.abc import Iterator

from bot.language.typed_text import words_of
from bot.language.wording import LANGUAGES, PLACEHOLDER, Language, UnknownWording
from bot.setting_values import Price
from bot.settings import Settings
from bot.sms.parts import is_gsm, split
from bot.sms.plain import FOR_SMS, variant
from bot.sms.texts import SmsText, texts
from bot.trial.study import Study
from flows.instruments import FilledBy
from flows.text import Text, text

# Names of channels, which end like a variant without being one.
_CHANNELS = "channel."
_HEALTH_WORDS = "sms.health_words"


def sms_table(study: Study, price: Price | None) -> str:
    """Each message at its longest, in Markdown: how it is written, and what it takes."""
    head = ("| message | language | letters | alphabet | SMS | parts | cost |", "| --- " * 7 + "|")
    return "\n".join((*head, *(_row(it, price) for it in texts(study))))


def _row(it: SmsText, price: Price | None) -> str:
    alphabet = "GSM-7" if is_gsm(it.words) else "UCS-2"
    cost = "" if price is None else price.of(it.parts)
    cells = (it.name, it.language, len(it.words), alphabet, len(split(it.words)), it.parts, cost)
    return f"| {' | '.join(map(str, cells))} |"


def asked_though_by_link(settings: Settings, study: Study) -> tuple[Text, ...]:
    """What the definition wants on the person's page, where there is none."""
    forms = study.trial.sms.by_link
    if not forms or settings.web_url is not None:
        return ()
    return (text("cli.check.no_page", forms=", ".join(forms)),)


def sms_problems(study: Study) -> list[str]:
    """What would cost too much, tell too much, or not be the same question any more."""
    try:
        return [*_variant_problems(study)] or [*_text_problems(study)]
    except UnknownWording as error:
        return [str(error)]


def _text_problems(study: Study) -> Iterator[str]:
    every = texts(study)
    for it in every:
        yield from _length_problems(study, it)
    yield from _privacy_problems(study, [it for it in every if it.unasked])


def _length_problems(study: Study, it: SmsText) -> Iterator[str]:
    most = study.trial.sms.most_parts
    if it.parts > most:
        yield (
            f"{it.name}: {it.language}: takes {it.parts} parts of SMS where {most} are allowed; "
            f"write a shorter text for it ({it.name}{FOR_SMS}) in both languages, or raise "
            "most_parts below [sms] in trial.toml"
        )


def _privacy_problems(study: Study, unasked: list[SmsText]) -> Iterator[str]:
    for it in unasked:
        for word in health_words_in(study, it.words):
            yield (
                f"{it.name}: {it.language}: comes unasked and holds “{word}”; say it without in "
                f"{it.name}{FOR_SMS} or in the {FOR_SMS} variant of what it names"
            )


def health_words_in(study: Study, words: str) -> list[str]:
    """The words that would tell whoever looks at the phone of the study, in whatever language."""
    said = words_of(words)
    return [word for word in _health_words(study) if _holds(said, words_of(word))]


def _health_words(study: Study) -> Iterator[str]:
    trial = study.trial
    for language in LANGUAGES:
        if study.wording.has(_HEALTH_WORDS):
            yield from study.wording.variants(_HEALTH_WORDS, language)
        yield from (trial.title[language], *(arm.name[language] for arm in trial.arms))


def _holds(said: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return any(said[at : at + len(phrase)] == phrase for at in range(len(said)))


def _variant_problems(study: Study) -> Iterator[str]:
    keys = sorted(study.wording.keys("fa") & study.wording.keys("en"))
    for key in (it for it in keys if it.endswith(FOR_SMS) and not it.startswith(_CHANNELS)):
        yield from _one_variant(study, key)
    yield from _option_problems(study)


def _one_variant(study: Study, key: str) -> Iterator[str]:
    base = key.removesuffix(FOR_SMS)
    if not study.wording.has(base):
        yield f"{key}: is a shorter text for {base}, which there is not; correct the key"
        return
    asks = base.startswith(tuple(f"{it.prefix}." for it in study.instruments.values()))
    for language in LANGUAGES:
        own, full = (_placeholders(study, it, language) for it in (key, base))
        if (asks and own != full) or not own <= full:
            named = ", ".join(f"{{{name}}}" for name in sorted(own ^ full))
            detail = f"differs from {base} in {named}"
            yield f"{key}: {language}: {detail}; it must say the same"


def _placeholders(study: Study, key: str, language: Language) -> set[str]:
    return set(PLACEHOLDER.findall(study.wording.raw(key, language)))


def _option_problems(study: Study) -> Iterator[str]:
    """Shorter options that could not be told apart would be other options."""
    for instrument in study.instruments.values():
        if instrument.filled_by is not FilledBy.PARTICIPANT:
            continue
        for item in study.form(instrument.name, instrument.version).items:
            for language in LANGUAGES:
                labels = [
                    study.render(variant(it.label, "sms", study.wording), language)
                    for it in item.options
                ]
                if len(set(labels)) < len(labels):
                    place = f"{item.question.key}: {language}"
                    yield f"{place}: two options read the same by SMS; tell them apart"
