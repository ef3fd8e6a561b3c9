"""Putting a post on X: its files first, then the one request that makes it public.

https://docs.x.com/x-api/posts/create-post. X has no idempotency key. What is prepared is kept in `Staged.data` as
{"started_at", "media": [...], "cover", "subtitles": [...], "article"}, where files are as in `uploading`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.x import abilities, articles, faults, finding, quotes, rights, subtitles, uploading
from apps.platforms.adapters.x.line import Line, data_of, snowflake_time, text_in
from apps.platforms.contract import Draft, MediaFile, Receipt, RemotePost, Role, Staged
from apps.platforms.errors import NotSent, PlatformError, Rejected, StagedLost, Throttled, Uncertain
from apps.platforms.option_rules import lines
from apps.platforms.text_x import cashtags

FRESH = timedelta(minutes=2)  # a reply to a post this young may meet a part of X that has not heard of it
SWITCHES = ("made_with_ai", "paid_partnership")
MAX_TAGGED = 10
DAY_MINUTES = "1440"


# --- staging ----------------------------------------------------------------------------------------------------------


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    _check(draft)
    data = _carried_over(line, draft, before)
    uploads = uploading.Uploads(line)
    try:
        for position, media in enumerate(draft.media):
            uploads.go_on(data["media"][position], media, f"media.{position}")
        if draft.cover is not None:
            uploads.go_on(data["cover"], draft.cover, "cover")
        if data["subtitles"]:
            subtitles.show(uploads, draft, data["subtitles"], data["media"][0])
        if abilities.kind_of(draft) == abilities.ARTICLE:
            articles.prepare(line, draft, data)
    except uploading.Paused as pause:
        return Staged(data=data, ready=False, again_in=pause.again_in)
    except (NotSent, Throttled) as refused:
        if (again_in := uploads.pause_after(refused)) is None:
            raise
        return Staged(data=data, ready=False, again_in=again_in)
    return Staged(data=data)


def _check(draft: Draft) -> None:
    if len(cashtags(draft.text)) > 1:
        raise Rejected("X takes at most one stock symbol ($ABC) in a post.", field="text")
    if draft.role is not Role.MAIN and draft.parent is None:
        raise Rejected("A reply needs the post it belongs to.", field="parent")
    if abilities.kind_of(draft) == abilities.POLL:
        _check_poll(draft)
    quotes.quoted_id(draft)
    moving = [media for media in draft.media if media.is_video or media.mime_type == abilities.GIF]
    if moving and len(draft.media) > 1:
        raise Rejected("X takes up to four pictures, or one GIF, or one video.", field="media")


def _check_poll(draft: Draft) -> None:
    if not 2 <= len(lines(draft.options.get("poll_options", ""))) <= 4:
        raise Rejected("A poll on X has two to four choices.", field="options.poll_options")
    minutes = draft.options.get("poll_minutes") or DAY_MINUTES
    if not (minutes.isdecimal() and 5 <= int(minutes) <= 7 * 24 * 60):
        raise Rejected("A poll on X is open for five minutes to seven days.", field="options.poll_minutes")


def _carried_over(line: Line, draft: Draft, before: Staged | None) -> dict[str, Any]:
    """What `before` achieved, as far as it still holds: the same files, uploaded not too long ago."""
    old: Mapping[str, Any] = before.data if before is not None else {}
    data: dict[str, Any] = {"started_at": old.get("started_at") or line.clock().isoformat()}
    data["media"] = _all_kept(line, draft.media, old.get("media"))
    if draft.cover is not None:
        data["cover"] = _kept(line, draft.cover, old.get("cover"), kind="tweet_image")
    data["subtitles"] = _all_kept(line, subtitles.files_of(draft), old.get("subtitles"))
    if "article" in old:
        data["article"] = dict(old["article"])
    return data


def _all_kept(line: Line, files: Sequence[MediaFile], earlier: object) -> list[uploading.File]:
    kept = earlier if isinstance(earlier, list) else []
    return [_kept(line, file, old) for file, old in zip_longest(files, kept[: len(files)])]


def _kept(line: Line, media: MediaFile, file: Mapping[str, Any] | None, *, kind: str = "") -> uploading.File:
    fresh = uploading.new_file(media, kind)
    if not file or not file["id"] or (file["print"], file["kind"]) != (fresh["print"], fresh["kind"]):
        return fresh
    expires_at = wire.instant(file["expires_at"])
    is_alive = expires_at is not None and line.clock() < expires_at - abilities.FILE_MARGIN
    has_stale_alt = bool(file["alt"]) and not media.alt  # an alt text can be changed, and not be taken back
    return dict(file) if is_alive and not has_stale_alt else fresh


# --- the commit -------------------------------------------------------------------------------------------------------


def body(draft: Draft, staged: Staged) -> dict[str, Any]:
    """The post as the API wants it, without a key that it does not know: it refuses those."""
    fields: dict[str, Any] = {"text": draft.text} if draft.text else {}
    if media := _media(draft, staged):
        fields["media"] = media
    if draft.role is not Role.MAIN and draft.parent is not None:
        return fields | {"reply": {"in_reply_to_tweet_id": draft.parent.remote_id}}
    options = draft.options
    if abilities.kind_of(draft) == abilities.POLL:
        minutes = options.get("poll_minutes") or DAY_MINUTES
        fields["poll"] = {"options": lines(options.get("poll_options", "")), "duration_minutes": int(minutes)}
    if quoted := quotes.quoted_id(draft):
        fields["quote_tweet_id"] = quoted
    if allowed := options.get("reply_settings"):
        fields["reply_settings"] = allowed
    if community := options.get("community_id"):
        fields["community_id"] = community
        fields["share_with_followers"] = options.get("share_with_followers") == "yes"
    return fields | {name: True for name in SWITCHES if options.get(name) == "yes"}


def _media(draft: Draft, staged: Staged) -> dict[str, Any]:
    files = staged.data.get("media") or []
    prints = [media.sha256[:24] for media in draft.media]
    if [file["print"] for file in files] != prints or not all(file["is_ready"] for file in files):
        raise StagedLost("What was prepared for X is an earlier version of this post.")
    if not files:
        return {}
    media: dict[str, Any] = {"media_ids": [file["id"] for file in files]}
    kind = abilities.kind_of(draft)
    if kind == abilities.POST and (tagged := lines(draft.options.get("tagged_users", ""))):
        media["tagged_user_ids"] = tagged[:MAX_TAGGED]
    if kind == abilities.VIDEO:
        named = {"title": draft.options.get("video_title"), "description": draft.options.get("video_description")}
        media |= {name: value for name, value in named.items() if value}
        if draft.cover is not None:
            media["preview_media_id"] = _cover_id(draft.cover, staged)
    return media


def _cover_id(cover: MediaFile, staged: Staged) -> str:
    file = staged.data.get("cover") or {}
    if file.get("print") != cover.sha256[:24]:
        raise StagedLost("What was prepared for X has another cover.")
    return str(file["id"])


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    if abilities.kind_of(draft) == abilities.ARTICLE:
        return articles.commit(line, draft, staged)
    if _is_over(line, staged):
        raise StagedLost("X no longer has the uploaded files.")
    call = rights.POST if draft.role is Role.MAIN else rights.REPLY
    answer = line.send(call, acting=True, json=body(draft, staged))
    if not answer.is_success:
        raise _refusal(line, draft, staged, answer, call)
    return _receipt(line, answer, draft, staged)


def _receipt(line: Line, answer: wire.Answer, draft: Draft, staged: Staged) -> Receipt:
    """A success may carry errors as well; what counts is the id."""
    try:
        remote_id = text_in(data_of(answer.mapping()), "id")
    except wire.Unreadable:
        remote_id = ""
    if not remote_id:
        seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
        raise Uncertain("X gave an answer that makes no sense: the post may be out.", evidence=seen)
    facts = uploading.facts(staged, posted_at=line.clock(), quoted=quotes.quoted_id(draft))
    return Receipt(remote_id, line.post_url(remote_id), facts=facts)


def _refusal(line: Line, draft: Draft, staged: Staged, answer: wire.Answer, call: Any) -> PlatformError:
    failure = line.failure(answer, call, acting=True, has_fresh_parent=is_fresh(line, draft.parent))
    if faults.is_duplicate(answer):
        return _duplicate(line, draft, staged, failure)
    if isinstance(failure, Rejected) and failure.field == "media" and _is_over(line, staged):
        return StagedLost("X no longer has the uploaded files.", evidence=failure.evidence)
    return failure


def _duplicate(line: Line, draft: Draft, staged: Staged, refused: PlatformError) -> PlatformError:
    """X has this text already, and does not say where. If an earlier request of ours brought it there (its answer was
    lost, and the search came too soon), saying "change the text" would bring the post out twice."""
    since = wire.instant(staged.data.get("started_at"))
    try:
        is_ours = since is None or finding.may_be_out(line, draft, staged, since=since)
    except PlatformError:
        is_ours = True
    if is_ours:
        return Uncertain("X has this very text already: it may be this post.", evidence=refused.evidence)
    return refused


def is_fresh(line: Line, post: RemotePost | None) -> bool:
    """Whether a post is so young that not all of X may know it yet."""
    if post is None:
        return False
    posted_at = wire.instant(post.facts.get("posted_at")) or snowflake_time(post.remote_id)
    return posted_at is not None and abs(line.clock() - posted_at) < FRESH


def _is_over(line: Line, staged: Staged) -> bool:
    ends = [wire.instant(file["expires_at"]) for file in staged.data.get("media") or []]
    return any(end is not None and end <= line.clock() for end in ends)
