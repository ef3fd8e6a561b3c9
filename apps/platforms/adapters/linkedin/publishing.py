"""Putting a post on LinkedIn: its files first, then the one request that makes it public.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api. LinkedIn answers with the id
in a header and nothing else, and honours no key; what it would have to publish twice it may refuse as a duplicate.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.linkedin import assets, content, faults, files, permits
from apps.platforms.adapters.linkedin.capabilities import ASSET_LIFE, TEXT
from apps.platforms.adapters.linkedin.line import MARGIN, Line, encoded, moment, object_of, text_of
from apps.platforms.contract import Draft, Receipt, Role, Staged
from apps.platforms.errors import Gone, MissingPermission, PlatformError, Rejected, StagedLost, Uncertain
from apps.platforms.validity import require_fresh

_URN: Final = re.compile(r"urn:li:\w+:\S+")
BEFORE_COMMENT: Final = timedelta(seconds=5)  # a post is not known everywhere at once, and its comment is refused
_SHOWN: Final = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")


# --- staging ----------------------------------------------------------------------------------------------------------


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    """Also finds out what the platform would refuse for certain, before the hour has come."""
    if draft.role is Role.REPLY:
        raise Rejected("LinkedIn has no threads: only the first part can be published there.", field="role")
    wanted = wanted_files(draft)
    body_of(line, draft, ["?"] * len(wanted))
    staged = assets.stage(line, wanted, before)
    if draft.role is Role.FIRST_COMMENT and staged.ready:
        return _once_the_post_is_known(line, staged)
    return staged


def _once_the_post_is_known(line: Line, staged: Staged) -> Staged:
    began_at = wire.instant(staged.data["started_at"]) or line.clock()
    left = began_at + BEFORE_COMMENT - line.clock()
    return replace(staged, ready=False, again_in=left) if left > timedelta(0) else staged


def wanted_files(draft: Draft) -> list[files.Wanted]:
    """The files that LinkedIn has to have: those of the draft, or the picture of its link."""
    if draft.role is Role.FIRST_COMMENT and any(not media.is_image for media in draft.media):
        raise Rejected("A comment on LinkedIn takes a picture and no other file.", field="media.0")
    if draft.link and draft.cover is not None and content.format_name(draft) == TEXT:
        return [files.Wanted(draft.cover, "cover")]
    return [
        files.Wanted(media, f"media.{position}", draft.cover if media.is_video else None)
        for position, media in enumerate(draft.media)
    ]


def body_of(line: Line, draft: Draft, urns: list[str]) -> dict[str, Any]:
    """The request that makes it public. Raises Rejected for what can never become one."""
    if draft.role is Role.FIRST_COMMENT:
        if draft.parent is None:
            raise Rejected("A first comment needs the post it belongs to.", field="parent")
        return content.comment_body(draft, line.author, urns)
    return content.post_body(draft, line.author, urns)


# --- the commit -------------------------------------------------------------------------------------------------------


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    if staged.data.get("print") != files.print_of(wanted_files(draft), line.author):
        raise StagedLost("What was prepared at LinkedIn is an earlier version of this post.")
    if urns := files.urns(staged):
        require_fresh(staged.data.get("started_at"), lasts=ASSET_LIFE, now=line.clock(), label="LinkedIn")
    body = body_of(line, draft, urns)
    if draft.role is Role.FIRST_COMMENT:
        return _comment(line, draft, body)
    answer = line.call(permits.POST, permits.POST.path, acting=True, json=body)
    if answer.is_success:
        return _receipt(line, answer)
    if urn := faults.duplicate_of(answer):
        return _repeated(line, body, staged, urn, answer)
    raise line.failure(permits.POST, answer, acting=True, field=_file_field(draft))


def _file_field(draft: Draft) -> str:
    return "media.0" if len(draft.media) == 1 else ""


def _receipt(line: Line, answer: wire.Answer) -> Receipt:
    headers = (answer.headers.get(name, "") for name in ("x-restli-id", "x-linkedin-id"))
    urn = next((text for text in (*headers, _id_in(answer)) if _URN.fullmatch(text)), "")
    if not urn:
        raise _senseless(line, answer)
    return Receipt(urn, remote_url=address(line, urn))


def _id_in(answer: wire.Answer) -> str:
    try:
        return text_of(answer.mapping(), "id")
    except wire.Unreadable:
        return ""


def _senseless(line: Line, answer: wire.Answer) -> Uncertain:
    seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
    return Uncertain("LinkedIn gave an answer that makes no sense: the post may be out.", evidence=seen)


def _repeated(line: Line, body: dict[str, Any], staged: Staged, urn: str, answer: wire.Answer) -> Receipt:
    """LinkedIn has the same post already, and now the question is whether it is this one, sent before.

    Files carry URNs of their own, so a post with ours is ours. The same words since we began to prepare are looked for
    once more by whoever knows our other posts; older ones are another post, and a person changes this one."""
    failure = line.failure(permits.POST, answer, acting=True)
    seen = replace(failure.evidence, extra={"duplicate_of": urn})
    words = f"LinkedIn already has this very post, at {address(line, urn)}: change it, or leave it at that."
    refused = Rejected(words, field="text", evidence=seen)
    if not line.allows(permits.ONE_POST):
        raise refused
    doubtful = Uncertain("LinkedIn says that it has this post already: it may be out.", evidence=seen)
    try:
        post = line.read(permits.ONE_POST, f"/rest/posts/{encoded(urn)}?viewContext=AUTHOR")
    except (Gone, MissingPermission):
        raise refused from None
    except PlatformError:
        raise doubtful from None
    ours, theirs = content.substance_of(body), content.substance_of(post)
    if ours[0] == "media" and ours == theirs:
        return Receipt(urn, address(line, urn), moment(post.get("publishedAt")))
    began_at, created_at = wire.instant(staged.data.get("started_at")), moment(post.get("createdAt"))
    is_older = began_at is not None and created_at is not None and created_at < began_at - MARGIN
    raise refused if ours != theirs or is_older else doubtful


def _comment(line: Line, draft: Draft, body: dict[str, Any]) -> Receipt:
    path = permits.COMMENT.path.replace("{urn}", encoded(body["object"]))
    answer = line.call(permits.COMMENT, path, acting=True, json=body)
    if not answer.is_success:
        failure = line.failure(permits.COMMENT, answer, acting=True, field="text")
        if answer.status in {404, 410} and isinstance(failure, Uncertain) and faults.read_fault(answer).is_told:
            words = "LinkedIn does not have the post that this comment belongs to any more."
            raise Rejected(words, field="parent", evidence=failure.evidence)
        raise failure
    try:
        said = answer.mapping()
    except wire.Unreadable:
        said = {}
    receipt = comment_receipt(said, answer.headers.get("x-restli-id", ""))
    if receipt is None:
        raise _senseless(line, answer)
    return receipt


def comment_receipt(said: dict[str, Any], header: str = "") -> Receipt | None:
    """A comment by its URN, or by its number where that is all LinkedIn says; None where it says neither."""
    urn, number = text_of(said, "commentUrn"), text_of(said, "id") or header
    if not urn.startswith("urn:li:comment:"):
        urn = number if number.isdecimal() else ""
    return Receipt(urn, published_at=moment(object_of(said, "created").get("time"))) if urn else None


def address(line: Line, urn: str) -> str:
    """Where people see a post; "" for what is none."""
    return line.www(f"/feed/update/{urn}/") if _SHOWN.fullmatch(urn) else ""
