import pytest

from benchmarks.__main__ import everything
from benchmarks.measuring import Load


@pytest.mark.slow
async def test_benchmarks_run_to_their_end(capsys: pytest.CaptureFixture[str]) -> None:
    """With tiny numbers, so that they cannot rot; what they print is not looked at closely."""
    loads = (Load(at_once=1, persons=1, seconds=10), Load(at_once=2, persons=2, seconds=10))
    await everything(loads, rounds=1, planned_rows=(10,), starts=1, pages=3, reminded=150)
    printed = capsys.readouterr().out
    assert printed.count("ConversationHandler + SQLite") == len(loads) + 1
    assert "first getUpdates" in printed
    assert "all at once" in printed
    assert "150 reminders by SMS, each once" in printed
    assert "(1 calls failed" in printed
