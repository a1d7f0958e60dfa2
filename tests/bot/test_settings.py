"""Settings are read from the environment and from .env, and refused all at once."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from bot.setting_values import Listen, Price
from bot.settings import SETTINGS, SettingsRefused, help_lines, read_settings
from bot.telegram.dialects import accounts

TOKEN = "5000000001:AAFakeTokenOfThePlayedBotApi0000001"
BALE_TOKEN = "6000000001:AAFakeTokenOfThePlayedBale000000001"
SECRET = "a-secret_of-at-least-16"


def refused(tmp_path: Path, **given: str) -> list[str]:
    with pytest.raises(SettingsRefused) as refusal:
        read_settings({f"HAMRAH_{name}": value for name, value in given.items()}, tmp_path / ".env")
    return str(refusal.value).splitlines()


def test_nothing_needs_to_be_set_for_the_commands_that_need_no_bot(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path / ".env")
    assert settings.telegram_token is None
    assert settings.telegram_api == "https://api.telegram.org"
    assert (settings.bale_token, settings.bale_api) == (None, "https://tapi.bale.ai")
    assert not settings.has_channel
    assert settings.listen == Listen("127.0.0.1", 8080)
    assert settings.database == "sqlite:///data/hamrah.sqlite3"
    assert settings.database_file == Path("data/hamrah.sqlite3")
    assert (settings.trial / "trial.toml").is_file()


def test_the_environment_wins_over_the_file_and_the_file_stays_out_of_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"HAMRAH_TELEGRAM_TOKEN={TOKEN}\nHAMRAH_LISTEN=0.0.0.0:1\nOTHER=x\n")
    file.chmod(0o600)
    settings = read_settings({"HAMRAH_LISTEN": "[::1]:9000"}, file)
    assert settings.telegram_token == TOKEN
    assert settings.listen == Listen("::1", 9000)
    assert "HAMRAH_TELEGRAM_TOKEN" not in os.environ


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_secrets_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / ".env"
    file.write_text(f"HAMRAH_TELEGRAM_TOKEN={TOKEN}\n")
    file.chmod(mode)
    (problem,) = refused(tmp_path)
    assert f"chmod 600 {file}" in problem
    assert TOKEN not in problem
    file.write_text("HAMRAH_LISTEN=0.0.0.0:1\n")
    assert read_settings({}, file).listen == Listen("0.0.0.0", 1)


def test_a_folder_of_the_trial_that_no_file_system_can_hold_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, TRIAL="x" * 300)
    assert problem.split()[0] == "HAMRAH_TRIAL"


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    problems = refused(
        tmp_path,
        TELEGRAM_TOKEN="no token",
        TELEGRAM_API="api.telegram.org",
        TELEGRAM_PROXY="socks4://x",
        BALE_TOKEN="no token",
        BALE_API="tapi.bale.ai",
        WEBHOOK_URL="https://example.org/",
        LISTEN="8080",
        DATABASE="postgresql://x/y",
        TRIAL=str(tmp_path),
    )
    assert [problem.split()[0] for problem in problems] == [
        "HAMRAH_TELEGRAM_TOKEN",
        "HAMRAH_TELEGRAM_API",
        "HAMRAH_TELEGRAM_PROXY",
        "HAMRAH_BALE_TOKEN",
        "HAMRAH_BALE_API",
        "HAMRAH_WEBHOOK_URL",
        "HAMRAH_LISTEN",
        "HAMRAH_DATABASE",
        "HAMRAH_TRIAL",
        "HAMRAH_WEBHOOK_SECRET",
    ]


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://localhost:port", "http://localhost:99999", "http://localhost:0"]
)
def test_a_url_that_cannot_be_taken_apart(tmp_path: Path, url: str) -> None:
    (problem,) = refused(tmp_path, TELEGRAM_API=url)
    assert problem.startswith("HAMRAH_TELEGRAM_API is no URL")


def test_a_database_url_that_cannot_be_taken_apart(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, DATABASE="sqlite://host:port/x")
    assert problem.startswith("HAMRAH_DATABASE must be an SQLite file")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("HAMRAH_LISTEN=سلام".encode("cp1256"))
    (problem,) = refused(tmp_path)
    assert str(tmp_path / ".env") in problem
    assert "UTF-8" in problem


def test_a_quote_that_is_not_closed_loses_nothing_in_silence(tmp_path: Path) -> None:
    lines = f'HAMRAH_LISTEN=0.0.0.0:1\nHAMRAH_TELEGRAM_TOKEN="{TOKEN}\nHAMRAH_DATA=x\n'
    (tmp_path / ".env").write_text(lines, encoding="utf-8")
    (problem,) = refused(tmp_path)
    assert problem.startswith("Line 2 of")
    assert TOKEN not in problem


def test_a_slip_in_a_name_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, TELEGRAM_TOKN=TOKEN)
    assert problem == (
        "HAMRAH_TELEGRAM_TOKN is no setting of Hamrah; did you mean HAMRAH_TELEGRAM_TOKEN?"
    )


def test_a_webhook_needs_a_secret(tmp_path: Path) -> None:
    url = "https://example.org/telegram"
    assert "HAMRAH_WEBHOOK_SECRET" in refused(tmp_path, WEBHOOK_URL=url)[0]
    assert "HAMRAH_WEBHOOK_SECRET" in refused(tmp_path, WEBHOOK_URL=url, WEBHOOK_SECRET="ü")[0]


def test_secrets_are_in_no_message_and_no_repr(tmp_path: Path) -> None:
    given = {
        "HAMRAH_TELEGRAM_TOKEN": TOKEN,
        "HAMRAH_TELEGRAM_PROXY": "http://user:hidden@proxy:3128",
        "HAMRAH_BALE_TOKEN": BALE_TOKEN,
        "HAMRAH_WEBHOOK_SECRET": SECRET,
    }
    settings = read_settings(given, tmp_path / ".env")
    shown = repr(settings) + repr(accounts(settings))
    assert all(secret not in shown for secret in (TOKEN, BALE_TOKEN, "hidden", SECRET))
    problems = refused(tmp_path, TELEGRAM_TOKEN="123:hidden", WEBHOOK_SECRET="hid den")
    assert all("hid" not in problem for problem in problems)


def test_bale_is_a_way_to_reach_people_but_not_in_a_rehearsal(tmp_path: Path) -> None:
    settings = read_settings({"HAMRAH_BALE_TOKEN": BALE_TOKEN}, tmp_path / ".env")
    assert settings.has_channel
    assert not settings.for_rehearsal.has_channel


def test_only_telegram_is_behind_the_proxy(tmp_path: Path) -> None:
    given = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_PROXY": "socks5://p:1080", "BALE_TOKEN": BALE_TOKEN}
    settings = read_settings({f"HAMRAH_{it}": given[it] for it in given}, tmp_path / ".env")
    assert [(it.dialect.channel, it.proxy) for it in accounts(settings)] == [
        ("telegram", "socks5://p:1080"),
        ("bale", None),
    ]


def test_each_setting_has_a_line_of_help() -> None:
    lines = help_lines().splitlines()
    assert [line.split()[0] for line in lines] == [f"HAMRAH_{it.name}" for it in SETTINGS]
    assert all(setting.help for setting in SETTINGS)


def test_what_sms_may_cost(tmp_path: Path) -> None:
    given = {"PART_PRICE": "130.5 تومان", "A_DAY": "3", "BUDGET": "9000"}
    settings = read_settings({f"HAMRAH_SMS_{it}": given[it] for it in given}, tmp_path / ".env")
    assert settings.sms_part_price == Price(Decimal("130.5"), "تومان")
    assert settings.sms_part_price.of(2) == "261.0 تومان"
    assert (settings.sms_a_day, settings.sms_budget) == (3, 9000)
    assert read_settings({}, tmp_path / ".env").sms_budget is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("SMS_PART_PRICE", value) for value in ("130", "toman", "-1 toman", "۱۳۰ تومان")),
        *(("SMS_A_DAY", value) for value in ("0", "-1", "1.5", "many", "۳")),
        ("SMS_BUDGET", "0"),
    ],
)
def test_what_sms_may_not_cost(tmp_path: Path, name: str, value: str) -> None:
    (problem,) = refused(tmp_path, **{name: value})
    assert problem.startswith(f"HAMRAH_{name} must be")


def test_a_gateway_needs_what_it_is_reached_with(tmp_path: Path) -> None:
    """Each that is missing is named; Kavenegar has an address of its own, and no user."""
    for gateway, missing in (("kannel", ["URL", "USER"]), ("kavenegar", [])):
        problems = refused(tmp_path, SMS_GATEWAY=gateway)
        assert [problem.split()[0] for problem in problems] == [
            f"HAMRAH_SMS_{name}" for name in (*missing, "PASSWORD", "NUMBER", "SECRET")
        ]
    assert "kannel or kavenegar" in refused(tmp_path, SMS_GATEWAY="smpp")[0]
    given = {"GATEWAY": "kavenegar", "PASSWORD": "key", "NUMBER": "10004346", "SECRET": SECRET}
    settings = read_settings({f"HAMRAH_SMS_{it}": given[it] for it in given}, tmp_path / ".env")
    assert settings.has_channel
    assert settings.sms_url == "https://api.kavenegar.com"
    assert settings.sms_callback_url == "http://127.0.0.1:8080"
    assert SECRET not in repr(settings)
