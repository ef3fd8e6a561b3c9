"""The commit: one call that makes a finished container public; where the post is to be seen then, and its removal.

https://developers.facebook.com/documentation/threads/posts
"""

from __future__ import annotations

from apps.platforms import http as wire
from apps.platforms.adapters.threads import forms, requests
from apps.platforms.adapters.threads.line import Line, has_error, remote_id, succeeded
from apps.platforms.contract import Draft, Receipt, RemotePost, Role, Staged
from apps.platforms.errors import Gone, NotSent, PlatformError, StagedLost, Uncertain


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    if staged.data.get("draft") != forms.fingerprint(draft):
        raise StagedLost("What was prepared at Threads is an earlier version of this post.")
    container = staged.data["post"]
    if container["is_published"]:
        raise Uncertain("Threads says that this post is out already.")
    call = requests.PUBLISH_POST if draft.role is Role.MAIN else requests.PUBLISH_REPLY
    answer = line.send(call, acting=True, data={"creation_id": container["id"]})
    said = succeeded(answer)
    if said is None and (has_error(answer) or not answer.is_success):
        raise line.failure(answer, call, acting=True)
    if not said or not (published := remote_id(said)):
        seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
        raise Uncertain("Threads gave an answer that makes no sense: the post may be out.", evidence=seen)
    shared = said.get("crossreshare_to_ig_status")
    return Receipt(published, facts={"shared_to_instagram": shared} if isinstance(shared, str) else {})


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
