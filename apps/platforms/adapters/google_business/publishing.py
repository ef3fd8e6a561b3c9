"""Creating, changing and taking down posts.

https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts. Google knows no key that
would make a repetition harmless, and fetches the picture while it creates the post: all that can be done early is to
see whether the location may still post.
"""

from __future__ import annotations

from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.google_business import abilities, consent, content, faults, permits
from apps.platforms.adapters.google_business.line import Line, is_post, object_in, place_of_post
from apps.platforms.contract import Draft, Receipt, RemotePost, Staged
from apps.platforms.errors import Gone, MissingPermission, PlatformError, Rejected, Uncertain
from apps.platforms.google.faults import text_in

REJECTED: Final = "REJECTED"


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    content.check(draft)
    line.require(permits.CREATE)
    is_known = before is not None and before.data.get("location") == line.place["location"]
    if not is_known and not consent.is_verified(consent.read_location(line)):
        raise MissingPermission(faults.NO_ACCESS)
    return Staged(data={"location": line.place["location"]})


def commit(line: Line, draft: Draft) -> Receipt:
    content.check(draft)
    answer = line.send(permits.CREATE, at=line.place, acting=True, json=content.body(draft))
    if not answer.is_success:
        raise line.failure(answer, permits.CREATE, acting=True)
    said = _post_in(answer)
    if said is None:
        seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
        raise Uncertain("Google gave an answer that makes no sense: the post may be out.", evidence=seen)
    if text_in(said, "state") == REJECTED:
        words = "Google rejected this post for what it says or shows; it does not tell more."
        raise Rejected(words, field="text", evidence=wire.evidence(answer, code=REJECTED, secrets=line.hidden))
    return receipt_of(said)


def _post_in(answer: wire.Answer) -> dict[str, Any] | None:
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return None
    return said if is_post(said) else None


def receipt_of(said: dict[str, Any]) -> Receipt:
    """`facts` tell what kind of post it is, and how far Google's review of it had come."""
    facts = {"kind": text_in(said, "topicType"), "state": text_in(said, "state")}
    return Receipt(text_in(said, "name"), text_in(said, "searchUrl"), wire.instant(said.get("createTime")), facts)


def locate(line: Line, receipt: Receipt) -> str:
    """The post's own address, or else that of the location on the map."""
    if receipt.remote_url:
        return receipt.remote_url
    try:
        said = line.ask(permits.LOOK, at=place_of_post(receipt.remote_id))
        if address := text_in(said, "searchUrl"):
            return address
        return text_in(object_in(consent.read_location(line), "metadata"), "mapsUri")
    except PlatformError:
        return ""


def edit(line: Line, post: RemotePost, draft: Draft) -> Receipt:
    """Words and button; an offer's button is Google's."""
    content.check(draft)
    changes: dict[str, Any] = {"summary": draft.text}
    mask = "summary"
    if abilities.kind_of(draft) != abilities.OFFER:
        mask += ",callToAction"
        if button := content.button(draft):
            changes["callToAction"] = button
    answer = line.send(permits.EDIT, at=place_of_post(post.remote_id), params={"updateMask": mask}, json=changes)
    said = line.understood(answer, permits.EDIT)
    if text_in(said, "name") != post.remote_id:
        raise line.unreadable(answer)
    return receipt_of(said)


def delete(line: Line, post: RemotePost) -> None:
    answer = line.send(permits.DELETE, at=place_of_post(post.remote_id))
    if not answer.is_success:
        failure = line.failure(answer, permits.DELETE)
        if not isinstance(failure, Gone):
            raise failure
    elif line.understood(answer, permits.DELETE):
        raise line.unreadable(answer)
