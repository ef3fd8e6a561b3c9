"""The permission registry: each request that an adapter makes, and what a consent must cover for it.

An adapter lists its calls as data and sends nothing that is not on the list: the conformance suite matches every
request against it. From the same lines come the words at connect ("this consent does not let us read figures"), the
check before a request leaves, and the tables in docs/platforms/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from apps.platforms.contract import Credential
from apps.platforms.errors import MissingPermission


class Feature(StrEnum):
    """What a person wants to do, and may not be able to with the consent they gave."""

    CONNECT = "connect"
    PUBLISH = "publish"
    COMMENT = "comment"
    EDIT = "edit"
    DELETE = "delete"
    READ = "read"  # own posts, for imports and for finding a lost one
    METRICS = "metrics"
    NOTICES = "notices"  # what the platform tells us on its own


FEATURE_WORDS = {
    Feature.CONNECT: "connect the account",
    Feature.PUBLISH: "publish posts",
    Feature.COMMENT: "write comments and replies",
    Feature.EDIT: "change published posts",
    Feature.DELETE: "delete published posts",
    Feature.READ: "read the account's posts",
    Feature.METRICS: "read figures",
    Feature.NOTICES: "hear of comments and changes",
}


# The extension of a request that carries several calls in one body, as platforms count them: how many.
COUNTS_AS: Final = "postroom.calls"


@dataclass(frozen=True)
class Call:
    """One kind of request. `path` is a template below `endpoint`, "/v2/tweets/{id}"; a last "{name...}" takes the rest.

    `scopes` lists alternatives, each a set of scopes that is enough: () needs none. `trap` says where the platform does
    not refuse but lies: a Page token without the engagement scope gets an empty list. `kinds` are the kinds of channels
    that it is made for, where a platform has several that do not share their scopes; () is all."""

    name: str
    method: str
    path: str
    feature: Feature
    scopes: tuple[tuple[str, ...], ...] = ()
    endpoint: str = "api"
    counts_against: tuple[str, ...] = ()  # names of the adapter's limits
    trap: str = ""
    kinds: tuple[str, ...] = ()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        written = re.sub(r"\\\{\w+\\\.\\\.\\\.\\\}", ".+", re.escape(self.path))
        return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", written) + "/?$")

    def matches(self, method: str, path: str) -> bool:
        """Whether a request with this method and path (without its query) is this call."""
        return method == self.method and bool(self._pattern.match(path))

    def lacks(self, granted: Iterable[str]) -> tuple[str, ...]:
        """The scopes that are missing from `granted`, by the alternative that comes closest; () is enough."""
        have = set(granted)
        gaps = [tuple(scope for scope in wanted if scope not in have) for wanted in self.scopes]
        return min(gaps, key=len, default=())


def call_of(calls: Sequence[Call], method: str, path: str) -> Call | None:
    """The call that a request is, or None if the registry does not know it."""
    return next((call for call in calls if call.matches(method, path)), None)


def cannot(calls: Sequence[Call], granted: Sequence[str], *, kind: str = "") -> dict[Feature, tuple[str, ...]]:
    """The features that this consent does not cover, each with the scopes it lacks. A consent that does not say what it
    covers is taken to cover all. With the `kind` of a channel only the calls that are made for it are looked at."""
    missing: dict[Feature, dict[str, None]] = {}
    for call in calls if granted else ():
        if kind and call.kinds and kind not in call.kinds:
            continue
        for scope in call.lacks(granted):
            missing.setdefault(call.feature, {})[scope] = None
    return {feature: tuple(scopes) for feature, scopes in missing.items()}


def require(call: Call, credential: Credential, *, label: str) -> None:
    """Raise MissingPermission before a request leaves that the consent is known not to cover."""
    if not credential.scopes:
        return
    if lacking := call.lacks(credential.scopes):
        words = f"The connection to {label} does not allow us to {FEATURE_WORDS[call.feature]}: connect it again."
        raise MissingPermission(words, scopes=lacking)
