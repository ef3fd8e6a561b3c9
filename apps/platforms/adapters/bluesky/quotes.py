"""A post to quote, from its address as people copy it to the strong reference that a record holds."""

from __future__ import annotations

import re
from typing import Final

from apps.platforms.adapters.bluesky import names, records
from apps.platforms.adapters.bluesky.identity import Directory, Identity
from apps.platforms.adapters.bluesky.repository import public_record
from apps.platforms.contract import Draft, Role
from apps.platforms.errors import Rejected

FIELD: Final = "options.quote"
_ADDRESS = re.compile(
    r"(?:https?://[^/\s]+/profile/(?P<web>[^/\s]+)/post|at://(?P<at>[^/\s]+)/app\.bsky\.feed\.post)/(?P<rkey>\w+)/?"
)


def quoted(draft: Draft, directory: Directory) -> dict[str, str] | None:
    """`{uri, cid}` of the post that `draft` quotes, None if it quotes none; Rejected where there is no such post."""
    written = draft.options.get("quote", "").strip() if draft.role is Role.MAIN else ""
    if not written:
        return None
    address = _ADDRESS.fullmatch(written.partition("?")[0])
    if address is None:
        raise Rejected("Write the address of the post to quote as Bluesky shows it.", field=FIELD)
    author = _author(directory, address["web"] or address["at"])
    rkey = address["rkey"]
    found = public_record(
        directory.http, directory.clock, server=author.pds, repo=author.did, collection=records.POST, rkey=rkey
    )
    cid = found.get("cid") if found else None
    if not isinstance(cid, str):
        raise Rejected("The post to quote is not there (any more).", field=FIELD)
    return {"uri": names.record_uri(author.did, records.POST, rkey), "cid": cid}


def _author(directory: Directory, actor: str) -> Identity:
    try:
        author = directory.find(actor)
    except Rejected as error:
        raise Rejected(error.words, field=FIELD, evidence=error.evidence) from None
    if author is None:
        raise Rejected("Nobody on Bluesky has the name in the address of the post to quote.", field=FIELD)
    return author
