"""Records that a person names by their address: a post to quote, lists of accounts that may reply."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from apps.platforms.adapters.bluesky import names, records
from apps.platforms.adapters.bluesky.identity import Directory, Identity
from apps.platforms.adapters.bluesky.repository import public_record
from apps.platforms.contract import Draft, Role
from apps.platforms.errors import Rejected
from apps.platforms.option_rules import lines

LIST: Final = "app.bsky.graph.list"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is addressed, as people call it, where it lies, and the option it is entered in."""

    noun: str
    collection: str
    web: str  # in addresses of bsky.app
    field: str


QUOTED: Final = Kind("post to quote", records.POST, "post", "options.quote")
LISTED: Final = Kind("list", LIST, "lists", "options.reply_lists")


def quoted(draft: Draft, directory: Directory) -> dict[str, str] | None:
    """`{uri, cid}` of the post that `draft` quotes, None if it quotes none; Rejected where there is no such post."""
    written = draft.options.get("quote", "").strip() if draft.role is Role.MAIN else ""
    return _reference(written, QUOTED, directory) if written else None


def replying_lists(draft: Draft, directory: Directory) -> tuple[str, ...]:
    """The addresses of the lists whose members may reply; Rejected where there is no such list."""
    written = lines(draft.options.get("reply_lists", "")) if draft.role is Role.MAIN else []
    return tuple(dict.fromkeys(_reference(one, LISTED, directory)["uri"] for one in written))


def _reference(written: str, kind: Kind, directory: Directory) -> dict[str, str]:
    """The strong reference of a record, from its address as people copy it."""
    in_web, in_repo = rf"https?://[^/\s]+/profile/([^/\s]+)/{kind.web}", rf"at://([^/\s]+)/{re.escape(kind.collection)}"
    address = re.fullmatch(rf"(?:{in_web}|{in_repo})/([\w~.:-]+)/?", written.partition("?")[0])
    if address is None:
        raise Rejected(f"Write the address of the {kind.noun} as Bluesky shows it.", field=kind.field)
    author, rkey = _author(directory, address[1] or address[2], kind), address[3]
    found = public_record(
        directory.http, directory.clock, server=author.pds, repo=author.did, collection=kind.collection, rkey=rkey
    )
    cid = found.get("cid") if found else None
    if not isinstance(cid, str):
        raise Rejected(f"The {kind.noun} is not there (any more).", field=kind.field)
    return {"uri": names.record_uri(author.did, kind.collection, rkey), "cid": cid}


def _author(directory: Directory, actor: str, kind: Kind) -> Identity:
    try:
        author = directory.find(actor)
    except Rejected as error:
        raise Rejected(error.words, field=kind.field, evidence=error.evidence) from None
    if author is None:
        words = f"Nobody on Bluesky has the name in the address of the {kind.noun}."
        raise Rejected(words, field=kind.field)
    return author
