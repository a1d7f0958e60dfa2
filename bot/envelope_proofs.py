"""The certificate of the envelopes for the trial master file, and the proof that they fit it.

The openings, a file of their own after unblinding, are checked against the certificate alone, so
that anybody can do it; what is in the database is checked where there is one. Of paper envelopes
there is nothing to certify: their order is proved, and their balance once the trial is unblinded.
"""

import argparse

from bot.operator import Operator, show
from bot.turn import arms
from bot.turn.desk import Desk
from flows.certificate import MARGIN, Certificate, finished, read_certificate, sections
from flows.definition import Concealment
from flows.envelope_proofs import (
    Finding,
    Ledger,
    Misfit,
    commitments_misfit,
    kept_misfit,
    openings_misfit,
    order_misfit,
    page_misfit,
    read_openings,
)
from flows.envelopes import DOMAIN
from flows.text import text
from storage import audit, envelopes, unblindings

SEALING = ("import_envelopes", "generate_envelopes")


async def certificate(it: Operator, _given: argparse.Namespace) -> int:
    async with it.at_data() as data:
        laid = await data.read(certificate_of)
    if laid is None:
        it.complain(text("cli.certificate.none"))
        return 1
    show(page(it, laid).removesuffix("\n"))
    return 0


def certificate_of(desk: Desk) -> Certificate | None:
    """None where no digital envelopes are laid: what is in a paper one is not known here."""
    laid = envelopes.commitments(desk.connection)
    committed = tuple(commitment for commitment, _ in laid if commitment is not None)
    if not committed or len(committed) < len(laid):
        return None
    trial = desk.study.trial
    ratio = {arm.code: arm.weight for arm in trial.arms}
    block_size, sealed_at = trial.allocation.block_size, laid[0][1]
    return Certificate(trial.id, trial.registration, sealed_at, block_size, ratio, committed)


def page(it: Operator, laid: Certificate) -> str:
    parts = (
        "\n".join((it.study.render(words, it.language), *(MARGIN + line for line in lines)))
        for words, lines in sections(laid)
    )
    end = it.study.render(text("certificate.end", domain=DOMAIN), it.language)
    return finished("\n\n".join((*parts, end)))


async def verify(it: Operator, given: argparse.Namespace) -> int:
    """The most telling comes first: which envelope it is, before that the page was changed."""
    if given.certificate is None:
        return await _verify_paper(it)
    printed = await it.read_file(given.certificate)
    opened = b"" if given.openings is None else await it.read_file(given.openings)
    if printed is None or opened is None:
        return 1
    read = read_certificate(_text(printed))
    if read is None:
        it.complain(text("cli.proof.no_certificate", file=given.certificate))
        return 1
    if it.settings.database_file.exists() and not await _fits_database(it, read.certificate):
        return 1
    if given.openings is not None and not await _fits_openings(it, read.certificate, opened):
        return 1
    return 0 if _fits(it, page_misfit(read), "certificate") else 1


def _text(raw: bytes) -> str:
    """A byte that is no text becomes another, and is found like any other that was changed."""
    return raw.decode(errors="replace")


async def _verify_paper(it: Operator) -> int:
    if it.study.trial.allocation.concealment is not Concealment.PAPER:
        it.complain(text("cli.proof.needs_certificate"))
        return 1
    async with it.at_data() as data:
        is_unblinded = await data.read(lambda it: unblindings.is_trial_unblinded(it.connection))
        found = await data.read(paper_misfit)
    return 0 if _fits(it, found, "paper_opened" if is_unblinded else "paper") else 1


def paper_misfit(desk: Desk) -> Finding | None:
    """Balance tells of what is still to come, so it waits for the unblinding."""
    return order_misfit(_ledger(desk)) or _balance_misfit(desk)


def _balance_misfit(desk: Desk) -> Finding | None:
    if not unblindings.is_trial_unblinded(desk.connection):
        return None
    uneven = next(iter(arms.unbalanced_blocks(desk)), None)
    return None if uneven is None else Finding(Misfit.BLOCK, uneven)


async def _fits_database(it: Operator, certified: Certificate) -> bool:
    async with it.at_data() as data:
        found = await data.read(lambda desk: database_misfit(desk, certified))
    return _fits(it, found, "database")


def database_misfit(desk: Desk, certified: Certificate) -> Finding | None:
    """What was laid, what is sealed in it, and in which order it was given."""
    laid = certificate_of(desk)
    if laid is None:
        return Finding(Misfit.NOT_SEALED)
    return (
        commitments_misfit(certified, laid)
        or arms.sealed_misfit(desk, certified)
        or order_misfit(_ledger(desk))
        or _root_misfit(desk, certified)
    )


def _ledger(desk: Desk) -> Ledger:
    given = envelopes.given(desk.connection)
    skipped = (
        str(entry.act.detail["skipped_envelopes"])
        for entry in audit.of_verbs(desk.connection, keys=desk.keys, verbs=("take_over",))
        if "skipped_envelopes" in entry.act.detail
    )
    numbers = {int(number) for numbers in skipped for number in numbers.split(",") if number}
    return Ledger(
        given.allocated, given.in_place_of_others, given.taken_over, given.retired | numbers
    )


def _root_misfit(desk: Desk, certified: Certificate) -> Finding | None:
    """Against what the audit trail says was sealed."""
    for entry in audit.of_verbs(desk.connection, keys=desk.keys, verbs=SEALING):
        root = entry.act.detail.get("root")
        if root is not None and root != certified.root.hex():
            return Finding(Misfit.ROOT)
    return None


async def _fits_openings(it: Operator, certified: Certificate, raw: bytes) -> bool:
    """Against the certificate alone; who got which envelope is a matter of the database."""
    opened = read_openings(_text(raw))
    if isinstance(opened, Finding):
        return _fits(it, opened, "openings")
    found = openings_misfit(certified, opened)
    if found is None and it.settings.database_file.exists():
        async with it.at_data() as data:
            found = kept_misfit(opened, await data.read(arms.openings))
        return _fits(it, found, "openings_and_database")
    return _fits(it, found, "openings")


def _fits(it: Operator, found: Finding | None, what: str) -> bool:
    if found is None:
        it.tell(text(f"cli.proof.{what}_fits"))
        return True
    at = {} if found.at is None else {"at": found.at}
    it.complain(text(f"cli.proof.{found.misfit.value}", **at))
    return False
