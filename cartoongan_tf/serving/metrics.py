"""What Prometheus is told of a server."""

import os

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """Counters of one server.

    Args:
        pool: Its painters.
        ledger: Of its bodies.
    """

    def __init__(self, pool, ledger):
        disable_created_metrics()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "cartoongan_requests",
            "Answers by style (`-` for none) and status of HTTP.",
            ("style", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "cartoongan_request_seconds",
            "Time from a request's head to its answer, of pictures that were drawn.",
            ("style",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._registry.register(_Gauges(pool, ledger))

    def note(self, style: str, status: int, seconds: float | None) -> None:
        """Counts an answer; `seconds` of a picture, None where none was drawn."""
        self._requests.labels(style, str(status)).inc()
        if seconds is not None:
            self._seconds.labels(style).observe(seconds)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)


class _Gauges:
    """What is looked at when Prometheus asks."""

    def __init__(self, pool, ledger):
        self._pool, self._ledger = pool, ledger

    def collect(self):
        pool = self._pool
        values = {
            "queue": ("Photos that wait.", pool.waiting),
            "queue_limit": ("Photos that may wait.", pool.limits.queue),
            "painters_busy": ("Painters at work.", pool.busy),
            "painters": ("Painters that there are.", len(pool.pids)),
            "painter_restarts": (
                "Painters that ended and were replaced.",
                pool.restarts,
            ),
            "body_bytes": ("Bytes of bodies in memory.", self._ledger.taken),
            "painters_resident_bytes": (
                "Memory of the painters.",
                sum(map(resident, pool.pids)),
            ),
        }
        for name, (text, value) in values.items():
            yield GaugeMetricFamily(f"cartoongan_{name}", text, value)


def resident(pid: int) -> int:
    """Bytes of memory that a process has; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
