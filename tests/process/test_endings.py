"""How the process ends: well when it is told to, in one clear sentence when it cannot begin."""

import json
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.botapi.client import ROOT, BotApi
from tests.process.hamrah import COMMAND, PATIENCE, Hamrah, Running, free_port, until_polling


def refused(hamrah: Hamrah) -> str:
    """The one sentence with which it ends."""
    ended = hamrah.command("run")
    assert ended.returncode == 1, ended
    sentences = [line for line in ended.stderr.splitlines() if not line.startswith("{")]
    assert "Traceback" not in ended.stderr
    assert len(sentences) == 1, ended.stderr
    return sentences[0]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_when_told_to(hamrah: Hamrah, api: BotApi, how: signal.Signals) -> None:
    with hamrah.running() as running:
        until_polling(api)
        running.process.send_signal(how)
        assert running.process.wait(10) == 0
        assert running.events("service_ends")


def test_the_first_run_makes_everything_for_its_owner_alone(hamrah: Hamrah, api: BotApi) -> None:
    with hamrah.running():
        until_polling(api)
    modes = {path.name: path.stat().st_mode & 0o777 for path in hamrah.data.iterdir()}
    assert hamrah.data.stat().st_mode & 0o777 == 0o700
    assert modes["master.key"] == modes["hamrah.sqlite3"] == 0o600


def test_a_refused_token(hamrah: Hamrah) -> None:
    hamrah.settings["TELEGRAM_TOKEN"] = "5000000001:AAAnotherTokenThatNobodyKnows00001"
    sentence = refused(hamrah)
    assert "HAMRAH_TELEGRAM_TOKEN" in sentence
    assert "AAAnother" not in sentence


def test_no_token_where_a_trial_was_run(hamrah: Hamrah) -> None:
    """Nobody must take a rehearsal for the trial that they meant to start."""
    hamrah.invite("administrator")
    del hamrah.settings["TELEGRAM_TOKEN"]
    assert "@BotFather" in refused(hamrah)


def test_a_trial_is_not_run_on_the_data_of_a_rehearsal(hamrah: Hamrah, tmp_path: Path) -> None:
    rehearsed(hamrah)
    hamrah.settings["DATA"] = str(tmp_path / "data" / "rehearsal")
    assert "belongs to a rehearsal" in refused(hamrah)


def test_a_rehearsal_does_not_run_on_the_data_of_a_trial(hamrah: Hamrah, tmp_path: Path) -> None:
    hamrah.settings["DATA"] = str(tmp_path / "data" / "rehearsal")
    hamrah.invite("administrator")
    hamrah.settings["DATA"] = str(tmp_path / "data")
    refusal = hamrah.command("rehearse")
    assert refusal.returncode == 1
    assert "is no rehearsal" in refusal.stderr


def test_a_rehearsal_is_for_this_machine_alone(hamrah: Hamrah) -> None:
    hamrah.settings["LISTEN"] = f"0.0.0.0:{free_port()}"
    refusal = hamrah.command("rehearse")
    assert refusal.returncode == 1
    assert "HAMRAH_LISTEN" in refusal.stderr


def rehearsed(hamrah: Hamrah) -> None:
    """Begin a rehearsal, and end it."""
    process = subprocess.Popen(
        [*COMMAND, "rehearse"],
        env=hamrah.environment | {"PYTHONPATH": str(ROOT)},
        cwd=hamrah.data.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + PATIENCE
    while not _is_served(f"{hamrah.url}/chat/state"):
        assert time.monotonic() < end
        time.sleep(0.1)
    process.terminate()
    assert process.wait(PATIENCE) == 0


def _is_served(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def test_a_port_in_use(hamrah: Hamrah) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        hamrah.settings["LISTEN"] = f"127.0.0.1:{taken.getsockname()[1]}"
        assert "HAMRAH_LISTEN" in refused(hamrah)


def test_a_second_copy_on_the_same_data(hamrah: Hamrah, api: BotApi) -> None:
    with hamrah.running():
        until_polling(api)
        second = Hamrah(hamrah.data, hamrah.settings | {"LISTEN": f"127.0.0.1:{free_port()}"})
        assert "Another copy" in refused(second)


def test_a_newer_database(hamrah: Hamrah) -> None:
    hamrah.invite("administrator")
    with closing(sqlite3.connect(hamrah.data / "hamrah.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert "newer Hamrah" in refused(hamrah)


def break_missing(key: Path) -> None:
    key.unlink()


def break_garbled(key: Path) -> None:
    key.write_text("no key\n", encoding="ascii")


def break_open(key: Path) -> None:
    key.chmod(0o644)


@pytest.mark.parametrize("break_key", [break_missing, break_garbled, break_open])
def test_a_master_key_that_cannot_be_used(hamrah: Hamrah, break_key: object) -> None:
    assert callable(break_key)
    hamrah.invite("administrator")
    break_key(hamrah.data / "master.key")
    assert str(hamrah.data / "master.key") in refused(hamrah)


def test_a_refused_setting(hamrah: Hamrah) -> None:
    hamrah.settings["LISTN"] = "x"
    assert "did you mean HAMRAH_LISTEN?" in refused(hamrah)


def test_a_refused_definition(hamrah: Hamrah, tmp_path: Path, trial: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    words = (trial / "trial.toml").read_text(encoding="utf-8")
    (broken / "trial.toml").write_text(f'terget = "60"\n{words}', encoding="utf-8")
    for beside in ("instruments", "locales", "published.toml"):
        (broken / beside).symlink_to(trial / beside)
    hamrah.settings["TRIAL"] = str(broken)
    assert "terget" in refused(hamrah)


def test_a_network_that_is_down_at_the_start_is_waited_for(hamrah: Hamrah) -> None:
    port = free_port()
    hamrah.settings["TELEGRAM_API"] = f"http://127.0.0.1:{port}"
    with hamrah.running() as running:
        wait_for_log(running, "not_connected")
        with BotApi.start(port=port) as late:
            late.wait_until(lambda: late.calls("getUpdates"), timeout=30)


def wait_for_log(running: Running, event: str) -> None:
    for _ in range(200):
        if running.events(event):
            return
        with pytest.raises(subprocess.TimeoutExpired):
            running.process.wait(0.1)
    raise AssertionError(running.log())


def test_health_tells_how_it_is_and_nothing_about_anybody(hamrah: Hamrah, api: BotApi) -> None:
    with hamrah.running():
        until_polling(api)
        health = json.loads(httpx.get(f"{hamrah.url}/health", trust_env=False).text)
        metrics = httpx.get(f"{hamrah.url}/metrics", trust_env=False).text
    assert health["database"] == "ok"
    assert health.keys() == {
        "version",
        "database",
        "ticks",
        "seconds_since_tick",
        "clock",
        "seconds_clock_is_off",
        "messages_waiting",
        "seconds_oldest_message_waits",
        "channels",
    }
    assert health["clock"] == "ok"
    assert health["channels"] == {"telegram": "open", "photographs": "open"}
    assert 'hamrah_channel_up{channel="telegram"} 1.0' in metrics
    assert "hamrah_database_up 1.0" in metrics
