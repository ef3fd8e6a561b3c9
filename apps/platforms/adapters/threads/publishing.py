"""The commit: one call that makes a finished container public or passes another post on; where it is to be seen then,
and its removal.

https://developers.facebook.com/documentation/threads/posts
"""

from __future__ import annotations

from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.threads import forms, reposts, requests
from apps.platforms.adapters.threads.capabilities import CONTAINER_LIFE, REPOST
from apps.platforms.adapters.threads.line import Line, is_refused, remote_id, succeeded
from apps.platforms.contract import Draft, Receipt, RemotePost, Role, Staged
from apps.platforms.errors import Gone, NotSent, PlatformError, StagedLost, Uncertain
from apps.platforms.validity import require_fresh


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    if staged.data.get("draft") != forms.fingerprint(draft):
        raise StagedLost("What was prepared at Threads is an earlier version of this post.")
    if forms.is_repost(draft):
        return _repost(line, staged)
    container = staged.data["post"]
    if container["is_published"]:
        raise Uncertain("Threads says that this post is out already.")
    require_fresh(staged.data.get("started_at"), lasts=CONTAINER_LIFE, now=line.clock(), label="Threads")
    call = requests.PUBLISH_POST if draft.role is Role.MAIN else requests.PUBLISH_REPLY
    answer = line.send(call, acting=True, data={"creation_id": container["id"]})
    if is_refused(answer):
        raise line.failure(answer, call, acting=True)
    said = _published(line, answer)
    shared = said.get("crossreshare_to_ig_status")
    return Receipt(remote_id(said), facts={"shared_to_instagram": shared} if isinstance(shared, str) else {})


def _repost(line: Line, staged: Staged) -> Receipt:
    answer = line.send(requests.REPOST, at=reposts.original_of(staged), acting=True)
    if is_refused(answer):
        raise reposts.refusal(line.failure(answer, requests.REPOST, acting=True, of_post=True))
    return Receipt(remote_id(_published(line, answer)), facts={"kind": REPOST})


def _published(line: Line, answer: wire.Answer) -> dict[str, Any]:
    """What Threads says of a post that is out. Raises Uncertain where it does not name it."""
    said = succeeded(answer) or {}
    if not remote_id(said):
        seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
        raise Uncertain("Threads gave an answer that makes no sense: the post may be out.", evidence=seen)
    return said


def locate(line: Line, receipt: Receipt) -> str:
    """The address of a post; "" when Threads does not tell just now."""
    if receipt.remote_url:
        return receipt.remote_url
    try:
        said, _ = line.read(requests.POST, {"fields": "id,permalink"}, at=receipt.remote_id)
    except PlatformError:
        return ""
    permalink = said.get("permalink")
    return permalink if isinstance(permalink, str) else ""


def remove(line: Line, post: RemotePost) -> None:
    """Delete a post or a reply; one that is gone already is no error."""
    answer = line.send(requests.REMOVE, at=post.remote_id)
    try:
        said = line.understood(answer, requests.REMOVE, of_post=True)
    except Gone:
        return
    if said.get("success") is not True:
        seen = wire.evidence(answer, secrets=line.hidden)
        raise NotSent("Threads did not delete the post.", evidence=seen)
