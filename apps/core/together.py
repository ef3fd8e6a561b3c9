"""A unit of work: rows of many tables that are written in one statement, and what is read for them read once.

    with transaction.atomic(), together():
        post = Post(...)
        write([post])                            # noted
        write(parts, of=post.pk)                 # noted
        workspace = recalled(("workspace", pk), lambda: Workspace.objects.get(pk=pk))
                                                 # on PostgreSQL one INSERT for all tables, here at the end

Outside of a block `write` writes at once, `recalled` asks each time and `at_the_end` is now, so that a service that
uses them is right wherever it is called. Inside, what is only noted is not in the database yet: whoever needs it looks
at `pending`, or calls `flush` first. A block in a block is part of it; when it fails, what it has noted is forgotten,
and so a thousand things can be made of which some are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar
from uuid import UUID

from django.db import models, transaction

from apps.core.inserting import Merge, insert

M = TypeVar("M", bound=models.Model)
P = ParamSpec("P")
T = TypeVar("T")


class CannotForget(RuntimeError):
    """Something failed after its rows were written; only a rollback undoes that."""


class Keyed(Protocol):
    """A row, or what is known of one."""

    pk: Any


@dataclass(slots=True)
class _Block:
    log: list[tuple[models.Model, Merge | None, UUID | None]] = field(default_factory=list)
    known: set[UUID] = field(default_factory=set)
    new: set[UUID] = field(default_factory=set)  # of these, those that are not in the database already
    children: dict[tuple[type, UUID | None], list[Any]] = field(default_factory=dict)
    undo: list[Callable[[], None]] = field(default_factory=list)
    memory: dict[Hashable, Any] = field(default_factory=dict)
    endings: dict[Hashable, tuple[Callable[[list[Any]], None], list[Any]]] = field(default_factory=dict)
    times_written: int = 0
    is_spoiled: bool = False

    def note(self, row: models.Model, merge: Merge | None, of: UUID | None) -> None:
        if (pk := row.pk) not in self.known:
            self.known.add(pk)
            if merge is None:
                self.new.add(pk)
            self.log.append((row, merge, of))
            self.children.setdefault((type(row), of), []).append(row)

    @property
    def marks(self) -> tuple[int, int]:
        """How much was noted by now, and how much there is to undo."""
        return len(self.log), len(self.undo)

    def forget_since(self, mark: int, undone: int) -> None:
        for row, _, of in self.log[mark:]:
            self.known.discard(row.pk)
            self.new.discard(row.pk)
            self.children[type(row), of].remove(row)
        del self.log[mark:]
        while len(self.undo) > undone:
            self.undo.pop()()

    def empty(self) -> dict[tuple[type, Merge | None], list[Any]]:
        """What was noted, by table."""
        found: dict[tuple[type, Merge | None], list[Any]] = {}
        for row, merge, _ in self.log:
            found.setdefault((type(row), merge), []).append(row)
        self.log, self.known, self.new, self.children, self.undo = [], set(), set(), {}, []
        self.times_written += 1
        return found


_block: ContextVar[_Block | None] = ContextVar("postroom_together", default=None)


@contextmanager
def together(*, savepoint: bool = False) -> Iterator[None]:
    """Note what is written, and write it at the end of the outermost block. Call it in a transaction.

    A block with `savepoint` is written at its own end, and what the database was told in it is taken back when it
    fails. Where one without fails after something of it was written, the block around it may not end well: it raises
    CannotForget, and is rolled back."""
    outer = _block.get()
    if outer is not None:
        yield from _inside(outer, savepoint=savepoint)
        return
    block = _Block()
    token = _block.set(block)
    try:
        yield
        _end_well(block)
    finally:
        _block.reset(token)


def _end_well(block: _Block) -> None:
    while block.endings:
        finish, things = block.endings.pop(next(iter(block.endings)))
        if things:
            finish(things)
    flush()
    if block.is_spoiled:
        raise CannotForget


def _inside(block: _Block, *, savepoint: bool) -> Iterator[None]:
    if savepoint:
        flush()  # what was noted before stays
    marks, times_written, endings, was_spoiled = block.marks, block.times_written, block.endings, block.is_spoiled
    try:
        if savepoint:
            block.endings = {}
            with transaction.atomic():
                yield
                if block.endings:  # They may make others wait, and what was noted here may be much.
                    flush()
                _end_well(block)
        else:
            yield
    except BaseException:
        is_written = block.times_written != times_written
        block.forget_since(*((0, 0) if is_written else marks))
        if savepoint:  # Locks that were taken meanwhile are gone with it.
            block.memory.clear()
        block.is_spoiled = was_spoiled or (is_written and not savepoint)
        raise
    finally:
        block.endings = endings


def whole(verb: Callable[P, T]) -> Callable[P, T]:
    """All of it or nothing: a transaction, or in somebody's block a part of that, without a savepoint."""

    @wraps(verb)
    def carry_out(*args: P.args, **kwargs: P.kwargs) -> T:
        with together() if is_together() else transaction.atomic():
            return verb(*args, **kwargs)

    return carry_out


def write(rows: Iterable[models.Model], *, of: UUID | None = None, merge: Merge | None = None) -> None:
    """Insert these rows of one table, now or with the block. `of` is what they are a part of, for `pending`."""
    block, rows = _block.get(), list(rows)
    if block is None:
        insert({(type(rows[0]), merge): rows} if rows else {})
        return
    for row in rows:
        block.note(row, merge, of)


def flush() -> None:
    """Write what was noted so far; safe to call anywhere."""
    if block := _block.get():
        insert(block.empty())


def is_together() -> bool:
    """Whether a block is open, so that what is written is only noted."""
    return _block.get() is not None


def pending(model: type[M], *, of: UUID | None) -> list[M]:
    """The rows of this table that are noted as parts of `of`, and not written yet, in the order they were noted."""
    block = _block.get()
    return list(block.children.get((model, of), ())) if block else []


def is_pending(row: Keyed) -> bool:
    """Whether it is new, noted and not written yet: nobody else can know it, and nobody holds it."""
    block = _block.get()
    return block is not None and row.pk in block.new


def recalled(name: Hashable, ask: Callable[[], T]) -> T:
    """What `ask` says; in a block it is asked once for each name."""
    block = _block.get()
    if block is None:
        return ask()
    if name not in block.memory:
        block.memory[name] = ask()
    found: T = block.memory[name]
    return found


def at_the_end(name: Hashable, things: Iterable[T], finish: Callable[[list[T]], None]) -> None:
    """Finish these, together with all of the same name, when all else of the block is done and before it is written:
    what holds others up is done last. Outside of a block it is done now. What `finish` raises, the block raises."""
    block, things = _block.get(), list(things)
    if block is None:
        finish(things)
        return
    _, waiting = block.endings.setdefault(name, (finish, []))
    mark = len(waiting)
    block.undo.append(lambda: waiting.__delitem__(slice(mark, None)))
    waiting += things


def if_forgotten(undo: Callable[[], None]) -> None:
    """Call this when what is noted from now on is forgotten, for what changes in memory along with it."""
    if block := _block.get():
        block.undo.append(undo)
