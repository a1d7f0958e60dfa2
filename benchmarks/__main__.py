"""`make benchmark`: prints what a turn, a tick, a start and a reminder cost on this machine."""

import asyncio
import logging
from collections.abc import Sequence

import structlog

from benchmarks import reminders
from benchmarks.hamrah_bot import HamrahBot
from benchmarks.handler_bots import WithPickle, WithSqlite
from benchmarks.measuring import Figures, Kind, Load, side_by_side
from benchmarks.pages import shown_after, told
from benchmarks.starts import seconds_to_page, seconds_to_start
from benchmarks.ticks import seconds_a_tick

KINDS: Sequence[Kind] = (HamrahBot, WithPickle, WithSqlite)
LOADS = (Load(at_once=1, persons=256, seconds=1), Load(at_once=64, persons=256, seconds=3))
ROUNDS = 3
PLANNED_ROWS = (60, 100_000)
STARTS = 3
REMINDERS = 60_000
PAGES = 200

_TITLE = (
    f"{'':40}{'at once':>8}{'turns/s':>9}"
    f"{'stored p50':>12}{'p99':>8}{'answered p50':>14}{'p99':>8} ms"
)

_KEPT = """\
What is kept when a turn is over:
  hamrah
      the update's number, the answer with a digest of the words that were shown, the place in the
      conversation, an entry in the chained audit trail, a digest of each study row in a chain of
      its own, and each message before and after its sending; sealed, and on the disk (one fsync
      for all turns that wait together)
  ConversationHandler + PicklePersistence
      the answers and the place in the conversation, everybody's anew at each update; no fsync, so a
      power cut may take back all of it
  ConversationHandler + SQLite
      the answer, on the disk; the place in the conversation is lost with the process
Each turn is a tap that is answered and followed by the next question. The network and Telegram's
limit of 30 messages a second are left out for all. A turn is stored when its update may be
acknowledged, and answered when besides that all it says was handed over."""


async def everything(
    loads: Sequence[Load] = LOADS,
    rounds: int = ROUNDS,
    planned_rows: Sequence[int] = PLANNED_ROWS,
    starts: int = STARTS,
    pages: int = PAGES,
    reminded: int = REMINDERS,
) -> None:
    turns = await side_by_side(KINDS, loads, rounds)
    print(_TITLE)
    for (name, at_once), figures in sorted(turns.items(), key=lambda it: it[0][1]):
        print(f"{name:40}{at_once:8}{_row(figures)}")
    print(f"\n{_KEPT}\n")
    for rows in planned_rows:
        print(f"A tick with nothing due beside {rows:,} planned rows: ", end="")
        print(f"{await seconds_a_tick(rows) * 1000:.2f} ms")
    print(f"From `hamrah run` to the first getUpdates: {await seconds_to_start(starts):.2f} s")
    print(f"From `hamrah rehearse` to a served page: {await seconds_to_page(starts):.2f} s")
    print(told(await shown_after(pages, rounds), pages))
    print(reminders.told(await reminders.remind(reminded), reminded))


def _row(it: Figures) -> str:
    stored = f"{it.stored_p50 * 1000:12.1f}{it.stored_p99 * 1000:8.1f}"
    answered = f"{it.answered_p50 * 1000:14.1f}{it.answered_p99 * 1000:8.1f}"
    return f"{it.turns_a_second:9.0f}{stored}{answered}"


if __name__ == "__main__":
    # The gateway's failures are meant, and are counted.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(everything())
