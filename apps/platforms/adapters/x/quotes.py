"""A post that quotes another one: https://docs.x.com/x-api/posts/create-post. It has neither files nor a poll.

Since April 2026 X takes quotes from apps with a contract alone; what it says to others is shown to the person.
"""

from __future__ import annotations

from typing import Final

import regex

from apps.platforms.adapters.x import abilities
from apps.platforms.contract import Draft, Role
from apps.platforms.errors import Rejected

FIELD: Final = "options.quote"
_ADDRESS = regex.compile(
    r"(?:https?://(?:(?:www|mobile)\.)?(?:x|twitter)\.com/(?:\w+|i/web)/status/)?(?P<id>[0-9]{1,19})(?:[/?#]\S*)?",
    regex.IGNORECASE,
)


def quoted_id(draft: Draft) -> str:
    """The id of the post that a draft quotes; "" where it quotes none. Raises Rejected for what is no post of X."""
    written = draft.options.get("quote", "").strip()
    if not written or draft.role is not Role.MAIN or abilities.kind_of(draft) != abilities.POST:
        return ""
    address = _ADDRESS.fullmatch(written)
    if address is None:
        raise Rejected("Write the address of the post to quote as X shows it.", field=FIELD)
    if draft.media:
        raise Rejected("X takes either a quote or pictures: leave one of them out.", field=FIELD)
    return str(address["id"])


def without_quoted(text: str, quoted: str) -> str:
    """A text that X tells, without the address of the quoted post that it may write at the end."""
    return regex.sub(rf"\s*https?://\S+/status/{quoted}(?:[/?#]\S*)?\s*$", "", text) if quoted else text
