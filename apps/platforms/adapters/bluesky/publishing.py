"""Stage, commit and find: a post is one record at a key that is ours to choose.

The key and all of the record but its moment are fixed when a part is first staged and live in `Staged.data`: the same
`Staged` always writes the same post to the same key. Writing asks that nothing stands there, so that a repeat meets the
post that is there already, and can never make a second one. A post with gates (who may reply, who may quote) goes out
together with them in one write.

Its moment, `createdAt`, is that of the commit: readers' feeds are sorted by it, and a post that carried the moment of
its staging would come out below everything that others published since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from apps.platforms import http as wire
from apps.platforms import webvtt
from apps.platforms.adapters.bluesky import abilities, addressed, cards, cid, gates, names, records, richtext, tid
from apps.platforms.adapters.bluesky.dpop import Clock
from apps.platforms.adapters.bluesky.films import Films
from apps.platforms.adapters.bluesky.identity import Directory
from apps.platforms.adapters.bluesky.refusals import name_and_message, refusal, said
from apps.platforms.adapters.bluesky.repository import Repository, public_record
from apps.platforms.caption_rules import WEBVTT, captions_of
from apps.platforms.contract import Draft, Finding, MediaFile, Receipt, RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import NotSent, PlatformError, Rejected, StagedLost, Uncertain

_MAX_MENTIONS_RESOLVED: Final = 50
_MOMENT: Final = "createdAt"
_OF_A_COMMIT: Final = timedelta(minutes=5)  # by as much the moment in a record may be off that of its sending


def stages(draft: Draft) -> bool:
    """Whether the record of `draft` has anything in it that is brought or looked up."""
    is_named = draft.role is Role.MAIN and any(draft.options.get(name) for name in ("quote", "reply_lists"))
    return bool(draft.media or is_named or _has_card(draft) or richtext.mentioned_handles(draft.text))


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to prepare a post for one account."""

    repository: Repository
    directory: Directory
    films: Films
    http: httpx.Client
    clock: Clock

    def stage(self, draft: Draft, *, key: str, before: Staged | None) -> Staged:
        """Upload the files, resolve mentions, quote and card, and fix record and key. A video takes many steps.

        What was staged for other words is staged anew, at the same key: should it stand there after all, it is met."""
        made = fingerprint(draft)
        earlier = before.data if before is not None and before.ready else {}
        if before is not None and earlier and earlier.get("draft", made) == made:
            return before
        blobs: list[dict[str, Any]] = []
        if draft.media and records.is_film(draft.media[0]):
            if len(draft.media) > 1:
                raise Rejected("Bluesky takes a video or a moving GIF only by itself.", field="media")
            film, pause = self._film(draft.media[0], before)
            if "blob" not in film:
                return Staged({"film": film}, ready=False, again_in=pause)
            blobs = [film["blob"]]
        lists = addressed.replying_lists(draft, self.directory)
        parts = records.Parts(
            dids=self._mentioned(draft.text),
            quoted=addressed.quoted(draft, self.directory),
            blobs=blobs or self._pictures(draft.media),
            captions=self._captions(draft),
            card=cards.card(self.http, self.repository, draft.link, draft.options) if _has_card(draft) else None,
        )
        rkey = earlier.get("rkey") or tid.for_key(key, self.clock())
        return self._fixed(draft, parts, lists, rkey=rkey)

    def _film(self, file: MediaFile, before: Staged | None) -> tuple[dict[str, Any], timedelta]:
        achieved = before.data.get("film", {}) if before is not None else {}
        film, pause = self.films.go_on(file, achieved)
        if "blob" in film:
            film["blob"] = {**film["blob"], "$type": "blob"}
        return film, pause

    def _captions(self, draft: Draft) -> dict[str, dict[str, Any]]:
        """The captions of a video, stored like pictures; without the video they would have nothing to belong to."""
        made = {}
        for position, caption in enumerate(captions_of(draft, abilities.CAPABILITIES)[: abilities.MAX_CAPTIONS]):
            content = webvtt.read(caption, field=f"captions.{position}")
            made[caption.language] = self._stored(content, WEBVTT, field=f"captions.{position}")
        return made

    def _fixed(self, draft: Draft, parts: records.Parts, lists: tuple[str, ...], *, rkey: str) -> Staged:
        record = records.post_record(draft, parts, created_at=self.clock())
        data: dict[str, Any] = {"draft": fingerprint(draft), "repo": self.repository.did, "rkey": rkey}
        data["record"] = record
        try:
            cid.of_record(record)
        except ValueError:  # in what the server said of a file
            raise NotSent("Bluesky sent an answer that makes no sense.") from None
        if made := gates.gates(draft, uri=_uri(data), created_at=record[_MOMENT], lists=lists):
            data["gates"] = made
        return Staged(data)

    def _mentioned(self, text: str) -> dict[str, str]:
        """The DIDs of mentioned handles; one nobody has stays plain text."""
        handles = richtext.mentioned_handles(text)[:_MAX_MENTIONS_RESOLVED]
        return {handle: did for handle in handles if (did := self.directory.resolved(handle))}

    def _pictures(self, media: tuple[MediaFile, ...]) -> list[dict[str, Any]]:
        if media:
            self.repository.greet()
        return [self._picture(file, position) for position, file in enumerate(media)]

    def _picture(self, file: MediaFile, position: int) -> dict[str, Any]:
        return self._stored(wire.read_media(file, position), file.mime_type, field=f"media.{position}")

    def _stored(self, content: bytes, mime_type: str, *, field: str) -> dict[str, Any]:
        try:
            return self.repository.upload(content, mime_type=mime_type)
        except Rejected as error:
            raise Rejected(error.words, field=field, evidence=error.evidence) from None


def _has_card(draft: Draft) -> bool:
    return bool(draft.link) and not draft.media


def fingerprint(draft: Draft) -> str:
    """What a record was made of."""
    files = (*draft.media, *(one.file for one in draft.captions))
    replied = [post.remote_id for post in (draft.root, draft.parent) if post is not None]
    parts = [
        [draft.role, draft.text, draft.link, draft.language, *replied],
        sorted(draft.options.items()),
        [[file.sha256, file.alt] for file in files],
        [one.language for one in draft.captions],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def commit(repository: Repository, draft: Draft, staged: Staged, http: httpx.Client, clock: Clock) -> Receipt:
    """Write the record with one request, or recognise that it is there already."""
    if staged.data.get("draft", made := fingerprint(draft)) != made:
        raise StagedLost("What was prepared for Bluesky is an earlier version of this post.")
    repository.greet()
    data = _dated(staged.data, clock())
    if data.get("gates"):
        return _commit_all(repository, data, http, clock)
    answer = repository.put(collection=records.POST, rkey=data["rkey"], record=data["record"], repo=data["repo"])
    if answer.is_success:
        return _receipt(data, _written(answer))
    if name_and_message(answer)[0] == "InvalidSwap":
        return _met(answer, repository, data, http, clock)
    raise refusal(answer, now=clock(), acting=True, secrets=repository.secrets)


def _dated(data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What was staged, with the moment at which it goes out."""
    moment = {_MOMENT: records.timestamp(now)}
    made = {name: {**gate, **moment} for name, gate in (data.get("gates") or {}).items()}
    return {**data, "record": {**data["record"], **moment}, "gates": made}


def _commit_all(repository: Repository, data: Mapping[str, Any], http: httpx.Client, clock: Clock) -> Receipt:
    """The post and its gates at once, all or none. A key that is taken is a 500 like any other, so after one the key is
    looked at: the post that stands there may be this one."""
    written = {records.POST: data["record"], **data["gates"]}
    answer = repository.create_all(written, rkey=data["rkey"], repo=data["repo"])
    if answer.is_success:
        return _receipt(data, _first_written(answer))
    failure = refusal(answer, now=clock(), acting=True, secrets=repository.secrets)
    if isinstance(failure, Uncertain) and (standing := _standing(repository, data, http, clock)):
        return _receipt(data, standing)
    raise failure


def _met(
    answer: wire.Answer, repository: Repository, data: Mapping[str, Any], http: httpx.Client, clock: Clock
) -> Receipt:
    """Something stands at our key: the very post, or one that somebody has to look at."""
    if standing := _standing(repository, data, http, clock):
        return _receipt(data, standing)
    words = "Another version of this post stands at Bluesky already; it was not written over."
    raise Uncertain(words, evidence=said(answer))


def _standing(repository: Repository, data: Mapping[str, Any], http: httpx.Client, clock: Clock) -> str:
    """The cid of the post at our key if it is this very one, written by an earlier request; else ""."""
    try:
        found = public_record(
            http, clock, server=repository.server, repo=data["repo"], collection=records.POST, rkey=data["rkey"]
        )
    except PlatformError:
        return ""
    return str(found.get("cid", "")) if found is not None and _is_same(found.get("value"), data["record"]) else ""


def _is_same(value: object, record: Mapping[str, Any]) -> bool:
    """Whether two records say the same, whenever they were written."""
    if not isinstance(value, Mapping):
        return False
    return {**value, _MOMENT: ""} == {**record, _MOMENT: ""}


def remove(repository: Repository, post: RemotePost) -> None:
    """Delete the post, then its gates; the server lets go of files that nothing else uses."""
    repo, collection, rkey = records.place_of(post.remote_id)
    if repo != repository.did or collection != records.POST or not rkey:
        raise Rejected("This is no post of the connected Bluesky account.", field="post")
    repository.greet()
    made = post.facts.get("gates")
    for one in (collection, *(name for name in (gates.REPLIES, gates.QUOTES) if name in (made or ()))):
        repository.delete(repo=repo, collection=one, rkey=rkey)


def find(http: httpx.Client, clock: Clock, trace: Trace, *, server: str) -> Finding:
    """Look at the key. The account's own server is consistent at once, so nothing there means not published; and should
    a request still be on its way, sending the same one again makes the same post."""
    data = trace.staged.data
    uri = _uri(data)
    found = public_record(http, clock, server=server, repo=data["repo"], collection=records.POST, rkey=data["rkey"])
    if found is None:
        return Finding(Verdict.ABSENT, looked_at=(f"{uri}: nothing stands there",))
    if _is_same(found.get("value"), data["record"]) or _is_of_then(found.get("value"), trace):
        return Finding(Verdict.FOUND, _receipt(data, str(found.get("cid", ""))), looked_at=(uri,))
    return Finding(Verdict.UNCLEAR, looked_at=(f"{uri}: another post stands there",))


def _written(answer: wire.Answer) -> str:
    """The cid of a successful write."""
    try:
        written = answer.mapping().get("cid")
    except wire.Unreadable:
        written = None
    if not isinstance(written, str) or not written:
        raise Uncertain("Bluesky's answer to publishing makes no sense: the post may be out.", evidence=said(answer))
    return written


def _first_written(answer: wire.Answer) -> str:
    """The cid of the first of several records that were written together."""
    try:
        results = answer.mapping().get("results")
    except wire.Unreadable:
        results = None
    first = results[0] if isinstance(results, list) and results else None
    written = first.get("cid") if isinstance(first, Mapping) else None
    if not isinstance(written, str) or not written:
        raise Uncertain("Bluesky's answer to publishing makes no sense: the post may be out.", evidence=said(answer))
    return written


def _is_of_then(value: object, trace: Trace) -> bool:
    """A post that was changed by another program after it went out keeps the moment of its making."""
    moment = wire.instant(value.get(_MOMENT)) if isinstance(value, Mapping) else None
    last = trace.last_sent_at or trace.sent_at
    return moment is not None and trace.sent_at - _OF_A_COMMIT <= moment <= last + _OF_A_COMMIT


def _uri(data: Mapping[str, Any]) -> str:
    return names.record_uri(data["repo"], records.POST, data["rkey"])


def _receipt(data: Mapping[str, Any], standing: str) -> Receipt:
    facts: dict[str, Any] = {"cid": standing}
    if data.get("gates"):
        facts["gates"] = sorted(data["gates"])
    return Receipt(_uri(data), facts=facts)
