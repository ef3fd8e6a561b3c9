"""Who listens to which events. Rooms subscribe in their AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from apps.events.catalogue import CATALOGUE
from apps.events.models import Event

Handler = Callable[[Event], None]
BatchHandler = Callable[[Sequence[Event]], None]


@dataclass(frozen=True, slots=True)
class Consumer:
    """`calls_network`: handled outside of any transaction, and so perhaps twice if the process dies in between."""

    name: str
    pattern: str
    handler: Handler
    calls_network: bool = False

    def wants(self, event_name: str) -> bool:
        return fnmatchcase(event_name, self.pattern)


@dataclass(frozen=True, slots=True)
class BatchConsumer:
    """Takes every event, many at once, and recognises by itself what it has had already."""

    name: str
    handler: BatchHandler


_consumers: dict[str, Consumer] = {}
_batch_consumers: dict[str, BatchConsumer] = {}


def subscribe(pattern: str, consumer: str, handler: Handler, *, calls_network: bool = False) -> None:
    """Hand every event whose name matches `pattern` ("post.*") to `handler`, under the lasting name `consumer`.

    The handler runs in the event's tenant, in one transaction with the mark that it has run: its writes happen once.
    With `calls_network` it runs without tenant and transaction, opens its own scopes, and may run twice after a crash.
    """
    if not any(fnmatchcase(name, pattern) for name in CATALOGUE):
        raise ValueError(f"No event in the catalogue matches {pattern!r}")
    known = _consumers.get(consumer)
    if consumer in _batch_consumers or (known and (known.pattern, known.handler) != (pattern, handler)):
        raise ValueError(f"Two consumers are called {consumer!r}")
    _consumers[consumer] = Consumer(consumer, pattern, handler, calls_network)


def subscribe_to_all(consumer: str, handler: BatchHandler) -> None:
    """Hand all events to `handler`, as many at once as the relay has.

    It runs across tenants, in one transaction, and no mark is kept that it has run: the same event may come again, so
    what it writes must be such that the second time changes nothing. That spares a row for each event.
    """
    known = _batch_consumers.get(consumer)
    if consumer in _consumers or (known and known.handler != handler):
        raise ValueError(f"Two consumers are called {consumer!r}")
    _batch_consumers[consumer] = BatchConsumer(consumer, handler)


def unsubscribe(consumer: str) -> None:
    """Stop listening. For tests."""
    _consumers.pop(consumer, None)
    _batch_consumers.pop(consumer, None)


def batch_consumers() -> list[BatchConsumer]:
    return list(_batch_consumers.values())


def consumers_of(event_name: str) -> list[Consumer]:
    return [consumer for consumer in _consumers.values() if consumer.wants(event_name)]
