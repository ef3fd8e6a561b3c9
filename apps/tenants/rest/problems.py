"""Refusals of the API: RFC 9457, with a code that programs can rely on.

A room says once how its own errors are told, beside the operations that can raise them:

    @problems.of(KeyProblem)
    def _key_problem(error: KeyProblem) -> Problem: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

E = TypeVar("E", bound=Exception)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of a request: a JSON pointer into its body, or the name of a parameter; with the
    account where it is about one."""

    pointer: str
    code: str
    message: str
    parameter: str = ""
    account: str = ""

    def as_data(self) -> dict[str, str]:
        said = {"pointer": self.pointer, "code": self.code, "message": self.message}
        named = {"parameter": self.parameter, "account": self.account}
        return said | {name: value for name, value in named.items() if value}


class Problem(Exception):
    """The request is not carried out. `detail` is for the person who reads a log; `code` never changes its meaning."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.faults, self.headers = tuple(faults), dict(headers or {})


_TOLD: Final[dict[type[Exception], Callable[[Any], Problem]]] = {}


def of(*kinds: type[E]) -> Callable[[Callable[[E], Problem]], Callable[[E], Problem]]:
    """Say how an error of a room, and those derived from it, are told."""

    def register(tell: Callable[[E], Problem]) -> Callable[[E], Problem]:
        _TOLD.update(dict.fromkeys(kinds, tell))
        return tell

    return register


def told(error: Exception) -> Problem | None:
    """The problem that an error of a room is; None for an error that no room has spoken for."""
    if isinstance(error, Problem):
        return error
    return next((_TOLD[kind](error) for kind in type(error).__mro__ if kind in _TOLD), None)


def invalid(pointer: str, message: str, *, code: str = "invalid") -> Problem:
    """One part of the body is at fault; without a pointer all of it."""
    detail = "The request is not valid; errors says where." if pointer else message
    return Problem(422, "invalid", detail, faults=[Fault(pointer, code, message)])


def bad_parameter(name: str, message: str) -> Problem:
    detail = "A parameter of the request is not valid; errors says which."
    return Problem(422, "invalid", detail, faults=[Fault("", "invalid", message, parameter=name)])
