"""Stage, commit and find: a post is one record at a key that is ours to choose.

The key and the complete record are fixed when a part is first staged and live in `Staged.data`, which is the truth from
then on: the same `Staged` always writes the same bytes to the same key. Writing asks that nothing stands there, so a
repeat is answered with the post that is there already, and can never make a second one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import httpx

from apps.platforms import http as wire
from apps.platforms.adapters.bluesky import cid, names, records, richtext, tid
from apps.platforms.adapters.bluesky.dpop import Clock
from apps.platforms.adapters.bluesky.identity import Directory
from apps.platforms.adapters.bluesky.refusals import name_and_message, refusal, said
from apps.platforms.adapters.bluesky.repository import Repository, public_record
from apps.platforms.contract import Draft, Finding, MediaFile, Receipt, Staged, Verdict
from apps.platforms.errors import Rejected, Uncertain

_STANDING = re.compile(r"Record was at (\w+)")
_MAX_MENTIONS_RESOLVED: Final = 50


def stage(repository: Repository, directory: Directory, draft: Draft, *, repo: str, key: str, now: datetime) -> Staged:
    """Upload the pictures, resolve the mentions, and fix record and key."""
    dids = _mentioned(draft.text, directory)
    blobs = _upload(repository, draft.media) if draft.media else []
    record = records.post_record(draft, blobs=blobs, dids=dids, created_at=now)
    return Staged({"repo": repo, "rkey": tid.for_key(key, now), "record": record, "cid": cid.of_record(record)})


def commit(repository: Repository, staged: Staged, *, now: datetime) -> Receipt:
    """Write the record with one request, or recognise that it is there already."""
    repository.greet()
    data = staged.data
    answer = repository.put(collection=records.POST, rkey=data["rkey"], record=data["record"], repo=data["repo"])
    if answer.is_success:
        return _receipt(data, _written(answer))
    if name_and_message(answer)[0] == "InvalidSwap":
        return _standing(answer, data)
    raise refusal(answer, now=now, acting=True, secrets=repository.secrets)


def find(http: httpx.Client, clock: Clock, staged: Staged, *, server: str) -> Finding:
    """Look at the key. The account's own server is consistent at once, so nothing there means not published; and should
    a request still be on its way, sending the same one again makes the same post."""
    data = staged.data
    uri = _uri(data)
    found = public_record(http, clock, server=server, repo=data["repo"], collection=records.POST, rkey=data["rkey"])
    if found is None:
        return Finding(Verdict.ABSENT, looked_at=(f"{uri}: nothing stands there",))
    if found.get("cid") == data["cid"] or _is_ours(found.get("value"), data["record"]):
        return Finding(Verdict.FOUND, _receipt(data, str(found.get("cid", ""))), looked_at=(uri,))
    return Finding(Verdict.UNCLEAR, looked_at=(f"{uri}: another post stands there",))


def _mentioned(text: str, directory: Directory) -> dict[str, str]:
    """The DIDs of mentioned handles; one nobody has stays plain text."""
    handles = richtext.mentioned_handles(text)[:_MAX_MENTIONS_RESOLVED]
    return {handle: did for handle in handles if (did := directory.resolved(handle))}


def _upload(repository: Repository, media: tuple[MediaFile, ...]) -> list[dict[str, Any]]:
    repository.greet()
    return [_upload_one(repository, file, position) for position, file in enumerate(media)]


def _upload_one(repository: Repository, file: MediaFile, position: int) -> dict[str, Any]:
    content = wire.read_media(file, position)
    try:
        return repository.upload(content, mime_type=file.mime_type)
    except Rejected as error:
        raise Rejected(error.words, field=f"media.{position}", evidence=error.evidence) from None


def _written(answer: wire.Answer) -> str:
    """The cid of a successful write."""
    try:
        written = answer.mapping().get("cid")
    except wire.Unreadable:
        written = None
    if not isinstance(written, str) or not written:
        raise Uncertain("Bluesky's answer to publishing makes no sense: the post may be out.", evidence=said(answer))
    return written


def _standing(answer: wire.Answer, data: Mapping[str, Any]) -> Receipt:
    """Something stands at our key: the very post, or one that somebody has to look at."""
    standing = _STANDING.search(name_and_message(answer)[1])
    if standing and standing[1] == data["cid"]:
        return _receipt(data, data["cid"])
    words = "Another version of this post stands at Bluesky already; it was not written over."
    raise Uncertain(words, evidence=said(answer))


def _is_ours(value: object, record: Mapping[str, Any]) -> bool:
    """A post that was changed by another program after it went out keeps the moment of its making."""
    return isinstance(value, Mapping) and value.get("createdAt") == record["createdAt"]


def _uri(data: Mapping[str, Any]) -> str:
    return names.record_uri(data["repo"], records.POST, data["rkey"])


def _receipt(data: Mapping[str, Any], standing: str) -> Receipt:
    return Receipt(_uri(data), facts={"cid": standing})
