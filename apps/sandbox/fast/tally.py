"""What was accepted: counted here, by account and text, whatever the other side believes to have sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FIRST_ID = 110_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Post:
    """Something that an account has published. `at` is in seconds since 1970, as is every time here."""

    id: str
    account: str
    text: str
    at: float
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was expected against what was accepted, by (account, text)."""

    missing: tuple[tuple[str, str], ...]
    repeated: tuple[tuple[str, str, int], ...]
    unexpected: tuple[tuple[str, str], ...]


class Tally:
    """Every post in the order in which it was accepted. `replayed`: requests that repeated the key of
    an earlier one."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.by_id: dict[str, Post] = {}
        self.by_account: defaultdict[str, list[Post]] = defaultdict(list)
        self.times: Counter[tuple[str, str]] = Counter()
        self.replayed = 0

    def accept(self, account: str, text: str, *, at: float, parent: str = "") -> Post:
        post = Post(str(FIRST_ID + len(self.posts)), account, text, at, parent)
        self.posts.append(post)
        self.by_id[post.id] = post
        self.by_account[account].append(post)
        self.times[account, text] += 1
        return post

    @property
    def repeated(self) -> int:
        """How many were accepted beyond the first of their account with their text."""
        return len(self.posts) - len(self.times)

    def compared(self, expected: Iterable[Sequence[str]]) -> Comparison:
        wanted = {(account, text) for account, text in expected}
        return Comparison(
            missing=tuple(sorted(wanted - self.times.keys())),
            repeated=tuple(sorted((*what, times) for what, times in self.times.items() if times > 1)),
            unexpected=tuple(sorted(self.times.keys() - wanted)),
        )
