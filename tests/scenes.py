"""Scenes are built once a run: whatever begins with one that was built takes it up as it stood."""

import pickle
import re
from pathlib import Path
from shutil import copyfile

from bot.rehearsal import scenes
from bot.rehearsal.world import BEGINNING, DATABASE, MASTER_KEY, World
from storage.backup import backup
from storage.database import Database
from storage.keyring import Keyring
from storage.sealing import MasterKeys


async def given(world: World, what: str) -> None:
    """Set a scene; the first of a chat is kept for the chats after it."""
    updates, *_ = world.counters
    if world.phones or updates > 1:
        await scenes.given(world, what)
        return
    study, kept = world.study, _kept_scene(world, what)
    if kept.exists():
        await take_up(world, kept)
        return
    await scenes.given(world, what)
    if world.study is study:
        await keep(world, kept)


def _kept_scene(world: World, what: str) -> Path:
    name = re.sub(r"\W+", "-", f"{world.language} {what}")
    return world.folder.parent / "scenes" / name


async def keep(world: World, folder: Path) -> None:
    """Keep everything as it stands now, so that other worlds can begin there."""
    folder.mkdir(parents=True)
    backup(world.folder / DATABASE, folder, BEGINNING).rename(folder / DATABASE)
    copyfile(world.folder / MASTER_KEY, folder / MASTER_KEY)
    phones = [(it.name, it.shown, it.popups) for it in world.phones.values()]
    (folder / "world").write_bytes(pickle.dumps((world.now, phones, world.counters)))


async def take_up(world: World, folder: Path) -> None:
    """Go on from what was kept there."""
    await world.database.close()
    for journal in world.folder.glob(f"{DATABASE}-*"):
        journal.unlink()
    for name in (DATABASE, MASTER_KEY):
        copyfile(folder / name, world.folder / name)
    world.database = Database.open(f"sqlite:///{world.folder / DATABASE}")
    master = MasterKeys.read(world.folder / MASTER_KEY)
    world.keys = await world.database.write(Keyring.open, master)
    world.now, phones, world.counters = pickle.loads((folder / "world").read_bytes())
    for name, shown, popups in phones:
        phone = world.phone(name)
        phone.shown, phone.popups = shown, popups
