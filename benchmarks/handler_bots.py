"""The usual way: python-telegram-bot's ConversationHandler, with its own memory or with SQLite.

Both ask the same questions in the same words. A ConversationHandler needs its updates one after
the other, as the Application takes them by itself; so does this.
"""

import asyncio
import pickle
import sqlite3
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Self, cast

import telegram
from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ContextTypes,
    ConversationHandler,
    PicklePersistence,
)
from telegram.warnings import PTBUserWarning

from benchmarks.hamrah_bot import INSTRUMENT, study
from benchmarks.phones import TOKEN, Phones, Update
from flows.forms import Item
from flows.text import Text, text

Keep = Callable[[int, str, str], None]
Context = ContextTypes.DEFAULT_TYPE
Bot = Application[Any, Any, Any, Any, Any, Any]

REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    words: str
    keyboard: InlineKeyboardMarkup


@dataclass(frozen=True, slots=True)
class WithPickle:
    name = "ConversationHandler + PicklePersistence"

    application: Bot
    memory: PicklePersistence[Any, Any, Any]
    buttons: dict[int, str]
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def begin(cls, folder: Path, phones: Phones, persons: int) -> Self:
        memory: PicklePersistence[Any, Any, Any] = PicklePersistence(
            folder / "memory.pickle", on_flush=True
        )
        builder = _builder(phones).persistence(memory)
        application = await _start(builder, _conversation(lambda *_: None, persistent=True))
        return cls(application, memory, _buttons(persons))

    async def receive(self, update: Update) -> None:
        async with self.taking:
            await _take(self.application, update)
            await self.application.update_persistence()
            await self.memory.flush()

    async def kept(self) -> int:
        with self.memory.filepath.open("rb") as file:
            persons = pickle.load(file)["user_data"].values()
        return sum(REVIEW in person.get("answers", ()) for person in persons)

    async def end(self) -> None:
        await self.application.shutdown()


@dataclass(frozen=True, slots=True)
class WithSqlite:
    name = "ConversationHandler + SQLite"

    application: Bot
    database: sqlite3.Connection
    buttons: dict[int, str]
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def begin(cls, folder: Path, phones: Phones, persons: int) -> Self:
        database = sqlite3.connect(folder / "answers.sqlite3", isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE answer (chat INTEGER, item TEXT, code TEXT)")
        conversation = _conversation(partial(_insert, database), persistent=False)
        return cls(await _start(_builder(phones), conversation), database, _buttons(persons))

    async def receive(self, update: Update) -> None:
        async with self.taking:
            await _take(self.application, update)

    async def kept(self) -> int:
        submitted = "SELECT count(*) FROM answer WHERE item = ?"
        count: int = self.database.execute(submitted, (REVIEW,)).fetchone()[0]
        return count

    async def end(self) -> None:
        await self.application.shutdown()
        self.database.close()


def _insert(database: sqlite3.Connection, chat: int, item: str, code: str) -> None:
    """A statement outside a transaction is a commit of its own."""
    database.execute("INSERT INTO answer VALUES (?, ?, ?)", (chat, item, code))


def _buttons(persons: int) -> dict[int, str]:
    return dict.fromkeys(range(1, persons + 1), "begin")


def _builder(phones: Phones) -> Any:
    builder = ApplicationBuilder().token(TOKEN).updater(None).job_queue(None)
    return builder.request(phones).get_updates_request(phones)


async def _start(builder: Any, conversation: ConversationHandler[Context]) -> Bot:
    application: Bot = builder.build()
    application.add_handler(conversation)
    await application.initialize()
    return application


async def _take(application: Bot, update: Update) -> None:
    await application.process_update(telegram.Update.de_json(dict(update), application.bot))


def _conversation(keep: Keep, *, persistent: bool) -> ConversationHandler[Context]:
    questions = _questions()
    steps = [_step(questions, number, keep) for number in range(len(questions))]
    states: dict[object, list[Any]] = {
        number: [CallbackQueryHandler(step)] for number, step in enumerate(steps)
    }
    states[len(steps)] = [CallbackQueryHandler(partial(_submit, keep))]
    begin: Any = CallbackQueryHandler(partial(_begin, questions, keep), pattern="^begin$")
    with warnings.catch_warnings():
        # It warns that buttons are not told apart by their message; here each question has its own.
        warnings.simplefilter("ignore", PTBUserWarning)
        return ConversationHandler([begin], states, [], name=INSTRUMENT, persistent=persistent)


async def _begin(
    questions: tuple[Question, ...], keep: Keep, update: telegram.Update, _: Context
) -> int:
    query = await _tapped(update)
    keep(query.from_user.id, "begin", "")
    await _show(query, questions[0])
    return 0


def _step(questions: tuple[Question, ...], number: int, keep: Keep) -> Any:
    async def step(update: telegram.Update, context: Context) -> int:
        query = await _tapped(update)
        _answers(context)[questions[number].id] = query.data or ""
        keep(query.from_user.id, questions[number].id, query.data or "")
        if number + 1 < len(questions):
            await _show(query, questions[number + 1])
        else:
            await _show(query, _review(_answers(context)))
        return number + 1

    return step


async def _submit(keep: Keep, update: telegram.Update, context: Context) -> int:
    query = await _tapped(update)
    _answers(context)[REVIEW] = "submitted"
    keep(query.from_user.id, REVIEW, "submitted")
    await cast("telegram.Message", query.message).reply_text("Thank you.")
    return ConversationHandler.END


async def _tapped(update: telegram.Update) -> CallbackQuery:
    query = cast("CallbackQuery", update.callback_query)
    await query.answer()
    return query


def _answers(context: Context) -> dict[str, str]:
    kept: dict[str, Any] = cast("dict[str, Any]", context.user_data)
    answers: dict[str, str] = kept.setdefault("answers", {})
    return answers


async def _show(query: CallbackQuery, question: Question) -> None:
    message = cast("telegram.Message", query.message)
    await message.reply_text(question.words, reply_markup=question.keyboard)


def _review(answers: dict[str, str]) -> Question:
    words = "\n".join(f"{item}: {code}" for item, code in answers.items())
    return Question(REVIEW, words, _keyboard([("Submit", "submit")]))


@cache
def _questions() -> tuple[Question, ...]:
    form = study().form(INSTRUMENT, study().latest(INSTRUMENT).version)
    return tuple(_question(item) for item in form.items)


def _question(item: Item) -> Question:
    options = [(_worded(it.label), it.code) for it in item.options]
    lines = [f"{number}. {label}" for number, (label, _) in enumerate(options, start=1)]
    words = "\n".join([_worded(item.question), *lines])
    back = (_worded(text("nav.back")), "back")
    return Question(item.id, words, _keyboard([*options, back]))


def _worded(value: Text) -> str:
    return study().render(value, "fa")


def _keyboard(buttons: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data)] for label, data in buttons]
    )
