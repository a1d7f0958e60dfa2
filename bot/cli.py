"""The command line: `hamrah`, or `python -m bot`."""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code. What can be foreseen to go wrong ends in one sentence."""
    # What is loaded at a start stays: looking through it for garbage costs a fifth of the time.
    gc.disable()
    from bot import logs, secrecy
    from bot.language.catalogues import WordingRefused
    from bot.settings import SettingsRefused
    from bot.trial.definition_files import DefinitionRefused
    from storage.failures import Failure

    given = _parser().parse_args(arguments)
    secrecy.keep_to_itself()
    logs.set_up()
    logs.take_crashes()
    try:
        return _carry_out(given)
    except (SettingsRefused, DefinitionRefused, WordingRefused, Failure) as refused:
        print(refused, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - a traceback could show what nobody should see
        logs.failure("ended", error)
        print("Hamrah ended by a fault of its own; the log above tells where.", file=sys.stderr)
    return 1


def _carry_out(given: argparse.Namespace) -> int:
    from bot.settings import help_lines, read_settings

    if given.command == "settings":
        print(help_lines())
        return 0
    settings = read_settings(os.environ)
    from bot.operating import carry_out

    return asyncio.run(carry_out(settings, given))


def _parser() -> argparse.ArgumentParser:
    from bot.settings import help_lines

    parser = argparse.ArgumentParser(
        prog="hamrah",
        description="Runs the patient side of a randomized clinical trial on Telegram.",
        epilog=f"Settings, in the environment or in a file .env:\n{help_lines()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--language", choices=("en", "fa"), default="en", help="of what is printed (default: en)"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="run the service until it is told to end")
    commands.add_parser("rehearse", help="try the trial out in a browser, with a clock that moves")
    chat = commands.add_parser("chat", help="play a conversation here in the terminal")
    chat.add_argument("file", metavar="FILE", nargs="?", help="a chat to begin with")
    chat.add_argument("--given", default="an open trial", help="what it begins with, without FILE")
    chat.add_argument("--speaker", default="coordinator", help="who speaks first")
    chat.add_argument("--about", default="", help="what the chat shows: its first line")
    chat.add_argument("--save", metavar="FILE", help="where to write it, as a golden chat")
    check = commands.add_parser("check", help="look for what is wrong in definition and wording")
    check.add_argument("--table", action="store_true", help="print the wording, for its review")
    check.add_argument("--sms", action="store_true", help="print what each SMS takes and costs")
    commands.add_parser("publish", help="lock the instruments that are not published yet")
    commands.add_parser("backup", help="copy the database into the backups folder, and check it")
    commands.add_parser("settings", help="list the settings")
    commands.add_parser("summary", help="print the weekly summary as of now")
    _add_staff(commands.add_parser("staff", help="who works on the trial"))
    _add_envelopes(commands.add_parser("envelopes", help="the allocation envelopes"))
    _add_keys(commands.add_parser("keys", help="the master key, which all other keys are under"))
    _add_erase(commands.add_parser("erase", help="destroy a participant's key, at their wish"))
    _add_take_over(commands.add_parser("take-over", help="a running trial, from a file"))
    audit = commands.add_parser("audit", help="the audit trail")
    _add_audit(audit)
    return parser


def _add_staff(staff: argparse.ArgumentParser) -> None:
    from flows.roles import STAFF

    acts = staff.add_subparsers(dest="act", required=True, metavar="ACT")
    roles = sorted(role.value for role in STAFF)
    invite = acts.add_parser("invite", help="make a one-time code for a new member of staff")
    invite.add_argument(
        "--role", action="append", required=True, choices=roles, help="may be given several times"
    )
    invite.add_argument("--name", required=True)
    listed = acts.add_parser("list", help="everybody with a role, and whether they entered")
    listed.add_argument("--ended", action="store_true", help="the roles that have ended, instead")
    reset = acts.add_parser("reset-pin", help="end somebody's PIN, so that they set a new one")
    reset.add_argument("--person", type=int, required=True, help="the number in `staff list`")
    end = acts.add_parser("end", help="end a role, or cut somebody off at once")
    end.add_argument("--person", type=int, required=True, help="the number in `staff list`")
    end.add_argument("--role", choices=roles, help="only this role; without it, all access ends")


def _add_envelopes(envelopes: argparse.ArgumentParser) -> None:
    acts = envelopes.add_subparsers(dest="act", required=True, metavar="ACT")
    imported = acts.add_parser("import", help="seal the arms of an allocation list")
    imported.add_argument("file", metavar="FILE")
    acts.add_parser("generate", help="draw an allocation list here, and seal it unseen")
    paper = acts.add_parser("paper", help="number paper envelopes, whose arms are not known here")
    paper.add_argument("--count", type=int, required=True, help="how many there are in all")
    acts.add_parser("status", help="how many envelopes are sealed, used and left")
    acts.add_parser("certificate", help="print the page for the trial master file")
    verify = acts.add_parser("verify", help="prove that no envelope was changed since")
    verify.add_argument(
        "certificate", metavar="CERTIFICATE", nargs="?", help="not for paper envelopes"
    )
    verify.add_argument("--openings", metavar="FILE", help="what was in each, after unblinding")
    opened = acts.add_parser(
        "open", help="write every arm into a file, once the trial is unblinded"
    )
    opened.add_argument("file", metavar="FILE", help="a new file, which its owner alone can read")


def _add_keys(keys: argparse.ArgumentParser) -> None:
    acts = keys.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="each line of the master key file, and what still needs it")
    acts.add_parser("rotate", help="make a new master key, or go on where that was interrupted")
    acts.add_parser("retire", help="take the lines out of the file that nothing needs any more")


def _add_erase(erase: argparse.ArgumentParser) -> None:
    erase.add_argument("code", metavar="CODE", help="the participant's")
    erase.add_argument(
        "--by",
        type=int,
        required=True,
        metavar="PERSON",
        help="the number in `staff list` of the PI who decided it",
    )


def _add_take_over(taking_over: argparse.ArgumentParser) -> None:
    acts = taking_over.add_subparsers(dest="act", required=True, metavar="ACT")
    template = acts.add_parser("template", help="write an empty file with all that it can say")
    template.add_argument("file", metavar="FILE", help="a new file, which its owner alone can read")
    check = acts.add_parser("check", help="say what would be stored, or all that is to be mended")
    check.add_argument("file", metavar="FILE")
    load = acts.add_parser("load", help="check the file again, and store it whole, once")
    load.add_argument("file", metavar="FILE")
    load.add_argument(
        "--by",
        type=int,
        required=True,
        metavar="PERSON",
        help="the number in `staff list` of the coordinator or PI who answers for it",
    )


def _add_audit(audit: argparse.ArgumentParser) -> None:
    acts = audit.add_subparsers(dest="act", required=True, metavar="ACT")
    verify = acts.add_parser("verify", help="check chain and record; name what was changed")
    verify.add_argument(
        "--head", metavar="NUMBER:DIGEST", help="an earlier head, as in a weekly summary"
    )
    shown = acts.add_parser("show", help="the entries with one person, or of a day")
    which = shown.add_mutually_exclusive_group(required=True)
    which.add_argument("--participant", metavar="CODE")
    which.add_argument("--person", type=int, metavar="NUMBER", help="the number in `staff list`")
    which.add_argument("--day", metavar="YYYY-MM-DD", help="a day at the clinic")
    shown.add_argument("--csv", metavar="FILE", help="into a new file, for a spreadsheet")
