"""The call that creates a Pin, and those that change it and take it down.

https://developers.pinterest.com/docs/api/v5/pins-create. Pinterest knows no key that would make a repetition harmless,
and makes two Pins of what it is sent twice.
"""

from __future__ import annotations

from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import abilities, boards, content, permits, staging
from apps.platforms.adapters.pinterest.faults import FetchFailed
from apps.platforms.adapters.pinterest.line import Line, is_id, text_in
from apps.platforms.contract import Draft, Receipt, RemotePost, Staged
from apps.platforms.errors import Gone, NotSent, PlatformError, Rejected, StagedLost, Uncertain
from apps.platforms.validity import require_fresh

MOST_FETCHES: Final = 3


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    is_video = abilities.kind_of(draft) == abilities.VIDEO
    if staged.data.get("files") != staging.print_of(draft) or (is_video and not staged.data["media_id"]):
        raise StagedLost("What was prepared at Pinterest are other files than those of this post.")
    require_fresh(staged.data.get("since"), lasts=abilities.UPLOAD_LIFE, now=line.clock(), label="Pinterest")
    is_inline = bool(staged.data["is_inline"])
    body = content.body(draft, media_id=staged.data["media_id"], is_inline=is_inline)
    answer = line.send(permits.CREATE, acting=True, json=body)
    if not answer.is_success:
        raise _refusal(line, answer, staged)
    said = _pin_in(answer)
    if said is None:
        seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
        raise Uncertain("Pinterest gave an answer that makes no sense: the Pin may be out.", evidence=seen)
    return receipt_of(line, said)


def _pin_in(answer: wire.Answer) -> dict[str, Any] | None:
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return None
    return said if is_id(text_in(said, "id")) else None


def _refusal(line: Line, answer: wire.Answer, staged: Staged) -> PlatformError:
    """A file that could not be fetched is tried again a few times, and then a person has to look."""
    failure = line.failure(answer, permits.CREATE, acting=True)
    if isinstance(failure, FetchFailed) and staged.data["tries"] >= MOST_FETCHES - 1:
        words = "Pinterest could not fetch a file of this post from us, several times over."
        return Rejected(words, field="media", evidence=failure.evidence)
    return failure


def receipt_of(line: Line, pin: dict[str, Any]) -> Receipt:
    """`facts` tell what kind of Pin it is, on which board, and since when: its figures are asked for by them."""
    remote_id, published_at = text_in(pin, "id"), wire.instant(pin.get("created_at"))
    facts = {
        "kind": text_in(pin, "creative_type"),
        "board": text_in(pin, "board_id"),
        "posted_at": published_at.isoformat() if published_at else "",
    }
    return Receipt(remote_id, line.pin_url(remote_id), published_at, facts)


def edit(line: Line, post: RemotePost, draft: Draft) -> Receipt:
    """Words, link and board; files stay as they are. A link can be changed, and not taken away."""
    place = boards.place_of(draft)
    body: dict[str, Any] = {**content.texts(draft), **place.fields}
    if draft.link:
        body["link"] = draft.link
    answer = line.send(permits.EDIT, id=post.remote_id, json=body)
    said = line.understood(answer, permits.EDIT)
    if text_in(said, "id") != post.remote_id:
        raise line.unreadable(answer)
    return Receipt(post.remote_id, line.pin_url(post.remote_id), facts={**post.facts, "board": place.board})


def delete(line: Line, post: RemotePost) -> None:
    answer = line.send(permits.DELETE, id=post.remote_id)
    if answer.status in {200, 204}:
        return
    if answer.is_success:
        raise line.unreadable(answer)
    failure = line.failure(answer, permits.DELETE)
    if isinstance(failure, Gone):
        return
    if isinstance(failure, Rejected) and failure.field == "options.board":
        failure = NotSent("Pinterest does not let this account delete the Pin.", evidence=failure.evidence)
    raise failure
