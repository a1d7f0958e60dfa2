"""The same as /health, and more, for Prometheus. Nothing is split by anything about a person."""

from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.health import Health, Reading
from bot.web.refusals import Refusals

Gauge = tuple[str, str, str | None, Mapping[str, float]]


class Metrics:
    def __init__(self, health: Health, refusals: Refusals) -> None:
        self._health = health
        self._refusals = refusals

    @property
    def route(self) -> Route:
        return Route("/metrics", self.show)

    async def show(self, _: Request) -> Response:
        """prometheus_client is loaded by whoever asks, not by every start."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client import Gauge as Measured
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

        registry = CollectorRegistry()
        for name, what, label, values in self._gauges(await self._health.read()):
            if label is None:
                Measured(name, what, registry=registry).set(values[""])
                continue
            measured = Measured(name, what, [label], registry=registry)
            for key, value in values.items():
                measured.labels(key).set(value)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def _gauges(self, reading: Reading | None) -> Iterator[Gauge]:
        health = self._health
        channels = {name: float(state == "open") for name, state in health.channels().items()}
        yield (
            "hamrah_database_up",
            "Whether the database can be read",
            None,
            _one(reading is not None),
        )
        yield "hamrah_channel_up", "Whether the channel is reached", "channel", channels
        refused = self._refusals.by_status
        yield "hamrah_refused_requests", "Refused since the start", "status", refused
        if health.seconds_since_tick is not None:
            since = _one(health.seconds_since_tick)
            yield "hamrah_tick_age_seconds", "Since what is due was last looked at", None, since
        offsets = health.timekeeping.by_channel()
        yield "hamrah_clock_offset_seconds", "Our clock less the channel's", "channel", offsets
        if reading is None:
            return
        wrong = _one(bool(reading.clock_off_by))
        yield "hamrah_clock_wrong", "Whether what is entered now is marked", None, wrong
        oldest = _one(health.age(reading.oldest_at) or 0)
        yield "hamrah_oldest_message_age_seconds", "How long the oldest one waits", None, oldest
        yield "hamrah_messages_waiting", "Messages that wait", "urgency", reading.waiting
        yield "hamrah_messages", "Messages, by what became of them", "state", reading.by_state


def _one(value: float) -> Mapping[str, float]:
    return {"": float(value)}
