"""What goes wrong on purpose, for the next calls of a method ("*": of any method)."""

from dataclasses import dataclass, field
from typing import Literal

from tests.botapi.errors import ApiError, too_many_requests

Kind = Literal["lost_answer", "flood", "broken", "delay"]
"""Applied but the connection drops; 429; 5xx; applied late."""


@dataclass(slots=True)
class Fault:
    method: str
    kind: Kind
    times: int = 1
    seconds: float = 1
    status: int = 502

    @property
    def refusal(self) -> ApiError | None:
        match self.kind:
            case "flood":
                return too_many_requests(int(self.seconds))
            case "broken":
                return ApiError(self.status, "Bad Gateway")
            case "lost_answer" | "delay":
                return None


@dataclass(slots=True)
class Faults:
    waiting: list[Fault] = field(default_factory=list)

    def take(self, method: str) -> Fault | None:
        for fault in self.waiting:
            if fault.method in {method, "*"}:
                fault.times -= 1
                self.waiting = [left for left in self.waiting if left.times > 0]
                return fault
        return None
