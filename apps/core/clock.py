"""The one place that knows what time it is; tests hold it still."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Let `source` tell the time from now on; None is the system's clock again. For tests and simulations."""
    global _source
    _source = source or _system_time
