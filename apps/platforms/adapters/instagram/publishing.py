"""The one request that makes a post public, a first comment below it, and what may follow."""

from __future__ import annotations

from apps.platforms import http as wire
from apps.platforms.adapters.instagram import containers, forms, requests
from apps.platforms.adapters.instagram.capabilities import CONTAINER_LIFE
from apps.platforms.adapters.instagram.line import Line, remote_id, succeeded, text_in
from apps.platforms.calls import Call
from apps.platforms.contract import JSON, Draft, Receipt, RemotePost, Role, Staged
from apps.platforms.errors import Gone, NotOffered, NotSent, PlatformError, Rejected, StagedLost, Uncertain
from apps.platforms.meta.faults import Fault, read_fault
from apps.platforms.validity import require_fresh


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    if draft.role is Role.FIRST_COMMENT:
        return _comment(line, draft)
    if staged.data.get("draft") != forms.fingerprint(draft):
        raise StagedLost("What was prepared at Instagram is an earlier version of this post.")
    if containers.is_published(staged):
        raise Uncertain("Instagram says that this post is out already.")
    require_fresh(staged.data.get("started_at"), lasts=CONTAINER_LIFE, now=line.clock(), label="Instagram")
    form = {"creation_id": containers.published_id(staged)}
    answer = line.send(requests.PUBLISH_POST, acting=True, data=form)
    return _receipt(line, answer, requests.PUBLISH_POST, {"kind": forms.format_name(draft)})


def _comment(line: Line, draft: Draft) -> Receipt:
    """Nothing but `message` is sent: with `fields` Instagram creates the comment and then answers with an error."""
    if draft.parent is None:
        raise Rejected("A first comment needs the post it belongs to.", field="parent")
    answer = line.send(requests.COMMENT, at=draft.parent.remote_id, acting=True, data={"message": draft.text})
    return _receipt(line, answer, requests.COMMENT, {})


def _receipt(line: Line, answer: wire.Answer, call: Call, facts: JSON) -> Receipt:
    if found := remote_id(succeeded(answer) or {}):
        return Receipt(found, facts=facts)
    if answer.is_success and read_fault(answer) == Fault():
        seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
        raise Uncertain("Instagram gave an answer that makes no sense: the post may be out.", evidence=seen)
    raise line.failure(answer, call, acting=True)


def locate(line: Line, receipt: Receipt) -> str:
    """The address of a post; "" for a comment, or when Instagram does not tell just now."""
    if receipt.remote_url:
        return receipt.remote_url
    try:
        return text_in(line.read(requests.POST, {"fields": "permalink"}, at=receipt.remote_id), "permalink")
    except PlatformError:
        return ""


def remove(line: Line, post: RemotePost) -> None:
    """One that is gone already is no error; Instagram does not tell that from a post that we may not see."""
    if not line.is_by_facebook:
        raise NotOffered("Instagram deletes posts only for accounts that were connected through Facebook.")
    answer = line.send(requests.REMOVE, at=post.remote_id)
    try:
        said = line.understood(answer, requests.REMOVE)
    except (Gone, StagedLost):
        return
    except NotSent as refused:
        if refused.evidence.code in containers.UNSEEN_CODES:
            return
        raise
    if said.get("success") is False:
        raise NotSent("Instagram did not delete this post.")
