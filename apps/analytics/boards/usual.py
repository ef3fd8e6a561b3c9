"""How a post did for its account: its interactions against those of the account's posts in the middle.

Networks and accounts differ by orders of magnitude, so what went well is what went better than usual there. A post that
was read within its first day is still being seen; it is compared with nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from apps.analytics.boards.figures import PostRow

SETTLED: Final = timedelta(days=1)
ENOUGH: Final = 5  # posts of an account, for there to be a usual one


def is_settled(post: PostRow) -> bool:
    return post.interactions is not None and post.taken_at is not None and post.taken_at - post.published_at >= SETTLED


def usual_of(posts: Iterable[PostRow]) -> dict[UUID, float]:
    """By account, the median of its settled posts; an account with too few of them, or a median of 0, has none."""
    known: dict[UUID, list[int]] = defaultdict(list)
    for post in posts:
        if is_settled(post) and post.interactions is not None:
            known[post.account_id].append(post.interactions)
    middles = {pk: float(median(values)) for pk, values in known.items() if len(values) >= ENOUGH}
    return {pk: middle for pk, middle in middles.items() if middle > 0}


def times_usual(post: PostRow, usual: Mapping[UUID, float]) -> float | None:
    """How many times the usual of its account it did; None where that cannot be said."""
    middle = usual.get(post.account_id)
    if middle is None or not is_settled(post) or post.interactions is None:
        return None
    return post.interactions / middle


def flops_of(posts: Sequence[PostRow], usual: Mapping[UUID, float], most: int) -> list[tuple[PostRow, float]]:
    """The posts that did least against the usual of their account, and less than it."""
    told = [(post, ratio) for post in posts if (ratio := times_usual(post, usual)) is not None and ratio < 1]
    return sorted(told, key=lambda pair: (pair[1], pair[0].published_at))[:most]
