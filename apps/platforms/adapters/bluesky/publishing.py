"""Stage, commit and find: a post is one record at a key that is ours to choose.

The key and the complete record are fixed when a part is first staged and live in `Staged.data`, which is the truth from
then on: the same `Staged` always writes the same bytes to the same key. Writing asks that nothing stands there, so a
repeat is answered with the post that is there already, and can never make a second one. A post with gates (who may
reply, who may quote) goes out together with them in one write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
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
from apps.platforms.contract import Draft, Finding, MediaFile, Receipt, RemotePost, Staged, Verdict
from apps.platforms.errors import NotSent, PlatformError, Rejected, Uncertain

_STANDING = re.compile(r"Record was at (\w+)")
_MAX_MENTIONS_RESOLVED: Final = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to prepare a post for one account."""

    repository: Repository
    directory: Directory
    films: Films
    http: httpx.Client
    clock: Clock

    def stage(self, draft: Draft, *, key: str, before: Staged | None) -> Staged:
        """Upload the files, resolve mentions, quote and card, and fix record and key. A video takes many steps."""
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
            card=cards.card(self.http, self.repository, draft.link, draft.options) if self._has_card(draft) else None,
        )
        return self._fixed(draft, parts, lists, key=key)

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

    def _fixed(self, draft: Draft, parts: records.Parts, lists: tuple[str, ...], *, key: str) -> Staged:
        now, repo = self.clock(), self.repository.did
        record = records.post_record(draft, parts, created_at=now)
        data: dict[str, Any] = {"repo": repo, "rkey": tid.for_key(key, now), "record": record}
        try:
            data["cid"] = cid.of_record(record)
        except ValueError:  # in what the server said of a file
            raise NotSent("Bluesky sent an answer that makes no sense.") from None
        if made := gates.gates(draft, uri=_uri(data), created_at=record["createdAt"], lists=lists):
            data["gates"] = made
        return Staged(data)

    def _has_card(self, draft: Draft) -> bool:
        return bool(draft.link) and not draft.media

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


def commit(repository: Repository, staged: Staged, http: httpx.Client, clock: Clock) -> Receipt:
    """Write the record with one request, or recognise that it is there already."""
    repository.greet()
    data = staged.data
    if data.get("gates"):
        return _commit_all(repository, data, http, clock)
    answer = repository.put(collection=records.POST, rkey=data["rkey"], record=data["record"], repo=data["repo"])
    if answer.is_success:
        return _receipt(data, _written(answer))
    if name_and_message(answer)[0] == "InvalidSwap":
        return _standing(answer, data)
    raise refusal(answer, now=clock(), acting=True, secrets=repository.secrets)


def _commit_all(repository: Repository, data: Mapping[str, Any], http: httpx.Client, clock: Clock) -> Receipt:
    """The post and its gates at once, all or none. A key that is taken is a 500 like any other, so after one the key is
    looked at: the post that stands there may be this one."""
    written = {records.POST: data["record"], **data["gates"]}
    answer = repository.create_all(written, rkey=data["rkey"], repo=data["repo"])
    if answer.is_success:
        return _receipt(data, _first_written(answer))
    failure = refusal(answer, now=clock(), acting=True, secrets=repository.secrets)
    if isinstance(failure, Uncertain) and _stands(repository, data, http, clock):
        return _receipt(data, data["cid"])
    raise failure


def _stands(repository: Repository, data: Mapping[str, Any], http: httpx.Client, clock: Clock) -> bool:
    try:
        found = public_record(
            http, clock, server=repository.server, repo=data["repo"], collection=records.POST, rkey=data["rkey"]
        )
    except PlatformError:
        return False
    return found is not None and found.get("cid") == data["cid"]


def remove(repository: Repository, post: RemotePost) -> None:
    """Delete the post, then its gates; the server lets go of files that nothing else uses."""
    repo, collection, rkey = records.place_of(post.remote_id)
    if repo != repository.did or collection != records.POST or not rkey:
        raise Rejected("This is no post of the connected Bluesky account.", field="post")
    repository.greet()
    made = post.facts.get("gates")
    for one in (collection, *(name for name in (gates.REPLIES, gates.QUOTES) if name in (made or ()))):
        repository.delete(repo=repo, collection=one, rkey=rkey)


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
    facts: dict[str, Any] = {"cid": standing}
    if data.get("gates"):
        facts["gates"] = sorted(data["gates"])
    return Receipt(_uri(data), facts=facts)
