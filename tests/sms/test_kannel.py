"""Messages both ways through a real Kannel, and what its operator reports of them."""

from http import HTTPStatus

import httpx
import pytest

from tests.process.hamrah import Hamrah
from tests.sms.operator import Operator, until
from tests.sms.service import SARA, enrol, is_up, reported, tell

pytestmark = pytest.mark.slow
NOBODY = "+989120000099"


def test_persian_goes_both_ways_and_long_messages_arrive_whole(
    hamrah: Hamrah, operator: Operator
) -> None:
    """The number is known however the operator spells it, and each SMS is reported of."""
    enrol(hamrah)
    with hamrah.running(), operator.running(), operator.handset() as handset:
        handset.send("00989120000001", "راهنما")
        help_ = handset.wait_for(SARA, "پرسش‌نامه")
        assert help_.startswith("هر چه اینجا بنویسید به درمانگاه می‌رسد")
        assert help_.endswith("توقف\nشروع")
        until(lambda: reported(hamrah) == ["delivered"])
        handset.send("989120000001", "language")
        handset.wait_for(SARA, "۲. English")
        handset.send("09120000001", "۲")
        handset.wait_for(SARA, "1. Yes, I agree")
        handset.send(NOBODY, "سلام")
        handset.wait_for(NOBODY, "این شماره برای ما شناخته نیست")
        handset.send("IRANCELL", "تخفیف ویژه")
        sent = "SELECT count(*) FROM sms WHERE reference IS NOT NULL"
        until(lambda: len(reported(hamrah)) == hamrah.stored(sent)[0][0])
    assert hamrah.stored("SELECT DISTINCT state FROM outbox") == [("sent",)]


def test_what_waits_for_gateway_or_operator_leaves_when_they_are_back(
    hamrah: Hamrah, operator: Operator
) -> None:
    enrol(hamrah)
    with hamrah.running():
        tell(hamrah, "visits.title")
        until(lambda: hamrah.stored("SELECT reason FROM outbox") == [("no_gateway",)])
        with operator.running():
            until(lambda: hamrah.stored("SELECT state FROM outbox") == [("sent",)])
            assert reported(hamrah) == []
            with operator.handset() as handset:
                handset.wait_for(SARA, "قرارهای شما")
                until(lambda: reported(hamrah) == ["delivered"])
            tell(hamrah, "reminder.visit")
            until(lambda: hamrah.stored("SELECT state FROM outbox") == [("sent",)] * 2)
            with operator.handset() as handset:
                handset.wait_for(SARA, "یادآوری قرار شما:")
    assert len(handset.texts(SARA)) == 1


def test_a_callback_without_the_secret_is_refused(hamrah: Hamrah, operator: Operator) -> None:
    """What is unreadable or about nobody is answered well, and changes nothing."""
    enrol(hamrah)
    said = {"id": "1", "from": SARA, "text": "سلام"}
    with hamrah.running():
        until(lambda: is_up(hamrah))
        for wrong in ("", "another-secret-of-16", "é" * 20):
            answer = httpx.post(f"{hamrah.url}/sms/{wrong}/incoming", params=said, trust_env=False)
            assert answer.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        for what in ("report", "report?sms=77&status=1", "report?sms=x&status=1", "incoming"):
            answer = httpx.get(f"{operator.callback}/{what}", trust_env=False)
            assert answer.status_code == HTTPStatus.OK
        assert hamrah.stored("SELECT count(*) FROM outbox") == [(0,)]
