"""Changing and deleting what was published.

https://docs.joinmastodon.org/methods/statuses/#edit: an edit says all that shall remain, so the post is read first, and
its files and its poll are named again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import publishing, rights
from apps.platforms.adapters.mastodon.line import Line
from apps.platforms.contract import Draft, Receipt, RemotePost
from apps.platforms.errors import Gone, NotOffered, NotSent, Rejected, StagedLost

SHORTEST_POLL = timedelta(seconds=300)


def read_status(line: Line, remote_id: str) -> dict[str, Any]:
    """Raises Gone when it is not there any more."""
    answer = line.send(rights.STATUS, id=remote_id)
    if answer.status in {404, 410}:
        raise Gone(f"The post is not on {line.name} any more.", evidence=wire.evidence(answer, secrets=line.hidden))
    if answer.status != 200:
        raise publishing.dead_token(line, answer, line.failure(answer, rights.STATUS))
    try:
        status = answer.mapping()
    except wire.Unreadable:
        status = {}
    if isinstance(status.get("id"), str) and status["id"]:
        return status
    raise line.unreadable(answer)


def edit(line: Line, post: RemotePost, draft: Draft) -> Receipt:
    """Say the same as the draft from now on; safe to repeat. Who sees it, and its files, stay as they are."""
    status = read_status(line, post.remote_id)
    fields = {"status": draft.text, "spoiler_text": "", "sensitive": False} | _kept(line, status)
    answer = line.send(rights.EDIT, id=post.remote_id, json=fields | publishing.wording(draft))
    if answer.is_success and (receipt := publishing.receipt_of(answer)):
        return receipt
    if answer.is_success:
        raise line.unreadable(answer)
    if answer.status in {404, 405, 410, 501}:  # the post was there a moment ago
        raise NotOffered(f"{line.name} cannot change what was published.")
    failure = publishing.dead_token(line, answer, line.failure(answer, rights.EDIT, writing=True))
    if isinstance(failure, StagedLost):  # there is nothing to stage here
        raise NotSent(failure.words, evidence=failure.evidence)
    raise failure


def _kept(line: Line, status: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    attached = status.get("media_attachments")
    ids = [one.get("id") for one in attached if isinstance(one, dict)] if isinstance(attached, list) else []
    if ids:
        kept["media_ids"] = ids
    if isinstance(status.get("language"), str):
        kept["language"] = status["language"]
    if isinstance(status.get("poll"), dict):
        kept["poll"] = _same_poll(line, status["poll"])
    return kept


def _same_poll(line: Line, poll: dict[str, Any]) -> dict[str, Any]:
    """The poll as it is: with the same choices its votes are kept. One that is over could not be named again."""
    ends_at, options = wire.instant(poll.get("expires_at")), poll.get("options")
    left = ends_at - line.clock() if ends_at else timedelta(0)
    titles = [one.get("title") for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    if left < SHORTEST_POLL or not titles:
        raise Rejected("A post cannot be changed any more when its poll is over, or nearly so.", field="options.poll")
    hides = any(one.get("votes_count") is None for one in options if isinstance(one, dict))  # type: ignore[union-attr]
    return {
        "options": titles,
        "expires_in": round(left.total_seconds()),
        "multiple": poll.get("multiple") is True,
        "hide_totals": hides,
    }


def delete(line: Line, post: RemotePost) -> None:
    """With its files, where the server knows that; one that is gone already is no error."""
    answer = line.send(rights.DELETE, id=post.remote_id, params={"delete_media": "true"})
    if answer.status in {404, 410}:
        return
    if not answer.is_success:
        raise publishing.dead_token(line, answer, line.failure(answer, rights.DELETE))
    try:
        answer.mapping()
    except wire.Unreadable:
        raise line.unreadable(answer) from None
