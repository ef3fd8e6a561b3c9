"""Looking for a post whose answer was lost, among the account's own newest ones.

The keys of our uploads are proof. Without files a post is ours by its text, its parent and its time; and that there is
none is certain only when the whole stretch since the request was read and every post in it is surely another. X's words
differ from ours (spaces, links), so that what is merely alike leaves the matter to a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from apps.platforms.adapters.x import abilities, quotes, reading, rights, uploading
from apps.platforms.adapters.x.line import Line, listed, text_in
from apps.platforms.contract import Draft, Finding, Receipt, Role, Staged, Trace, Verdict

MARGIN = timedelta(minutes=2)
LONGEST_SKEW = timedelta(minutes=10)  # a difference of clocks beyond this is not believed
SETTLED = timedelta(seconds=60)  # until then a request may still take effect, or a post not be listed yet
PAGE, MAX_PAGES = 10, 5  # each post that is read costs money
SHOWN = 150  # letters: of a long text X may show only the beginning


class Likeness(StrEnum):
    SAME = "same"
    UNLIKE = "unlike"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for: the draft, its uploads, and the time from which on it may be there."""

    draft: Draft
    staged: Staged
    since: datetime
    known: frozenset[str] = frozenset()

    @property
    def keys(self) -> set[str]:
        return {file["key"] for file in self.staged.data.get("media") or [] if file["key"]}

    @property
    def parent_id(self) -> str:
        parent = self.draft.parent if self.draft.role is not Role.MAIN else None
        return parent.remote_id if parent else ""

    @property
    def quoted_id(self) -> str:
        return quotes.quoted_id(self.draft)

    @property
    def may_be_unlisted(self) -> bool:
        """Whether the account's list shows what was written to a community is not documented."""
        return self.draft.role is Role.MAIN and bool(self.draft.options.get("community_id"))


@dataclass(frozen=True, slots=True)
class _Sorted:
    same: tuple[reading.Post, ...]
    doubtful: int
    seen: int
    is_complete: bool

    @property
    def words(self) -> str:
        extent = "all" if self.is_complete else "not all"
        return (
            f"{extent} posts of the account since then: {self.seen} compared, {len(self.same)} equal this one, "
            f"{self.doubtful} could be it"
        )


def find(line: Line, trace: Trace, account_id: str) -> Finding:
    search = _Search(trace.draft, trace.staged, trace.sent_at - MARGIN, trace.known_remote_ids)
    found = _sorted_out(line, search, account_id)
    looked = (found.words,)
    if len(found.same) == 1 and not found.doubtful:
        return Finding(Verdict.FOUND, _receipt(line, found.same[0], trace), looked)
    is_settled = trace.quiet_for(line.clock()) >= SETTLED
    if is_settled and found.is_complete and not (found.same or found.doubtful or search.may_be_unlisted):
        return Finding(Verdict.ABSENT, None, looked)
    return Finding(Verdict.UNCLEAR, None, looked)


def may_be_out(line: Line, draft: Draft, staged: Staged, *, since: datetime) -> bool:
    """Whether a post that equals `draft`, or could, has appeared since `since`, or not all could be read."""
    account_id = line.credential.remote_user_id if line.credential else ""
    found = _sorted_out(line, _Search(draft, staged, since - MARGIN), account_id)
    return bool(found.same or found.doubtful) or not found.is_complete


def _receipt(line: Line, post: reading.Post, trace: Trace) -> Receipt:
    remote_id, created_at = text_in(post, "id"), reading.created_at(post)
    quoted = quotes.quoted_id(trace.draft)
    facts = uploading.facts(trace.staged, posted_at=created_at or trace.sent_at, quoted=quoted)
    return Receipt(remote_id, line.post_url(remote_id), created_at, facts)


# --- the listing ------------------------------------------------------------------------------------------------------


def _sorted_out(line: Line, search: _Search, account_id: str) -> _Sorted:
    same: list[reading.Post] = []
    doubtful = seen = 0
    is_complete = False
    for page, skew, is_complete in _pages(line, account_id, search.since):  # noqa: B007 - the last one counts
        for post in page:
            seen += 1
            if not search.known.isdisjoint({text_in(post, "id"), *reading.versions(post)}):
                continue
            likeness = _likeness(post, search, skew)
            if likeness is Likeness.SAME:
                same.append(post)
            doubtful += likeness is Likeness.DOUBTFUL
    return _Sorted(tuple(same), doubtful, seen, is_complete)


def _pages(line: Line, account_id: str, since: datetime) -> Iterator[tuple[list[dict[str, Any]], timedelta, bool]]:
    """Pages of the account's posts since `since`, newest first, and whether each is the last and none had gaps."""
    params = {"max_results": str(PAGE), "start_time": reading.stamp(since), "expansions": "attachments.media_keys"}
    is_whole = True
    for number in range(MAX_PAGES):
        said, skew = reading.ask(line, rights.TIMELINE, reading.FIELDS, id=account_id, **params)
        skew = max(min(skew, timedelta(0)), -LONGEST_SKEW)
        if number == 0 and skew < -MARGIN / 2:  # Their clock is behind ours, and so are the times of posts.
            params["start_time"] = reading.stamp(since + skew)
            said, _ = reading.ask(line, rights.TIMELINE, reading.FIELDS, id=account_id, **params)
        posts = listed(said)
        meta = said.get("meta")
        token = text_in(meta, "next_token") if isinstance(meta, dict) else ""
        # A full page without a token for the next one is not believed to be the last.
        is_whole = is_whole and len(posts) == len(said.get("data", [])) and "errors" not in said
        yield posts, skew, is_whole and not token and len(posts) < PAGE
        if not token:
            return
        params["pagination_token"] = token


# --- comparing --------------------------------------------------------------------------------------------------------


def _likeness(post: reading.Post, search: _Search, behind: timedelta) -> Likeness:
    created_at = reading.created_at(post)
    theirs = set(reading.media_keys(post))
    if theirs & search.keys:
        return Likeness.SAME if theirs == search.keys and not reading.is_repost(post) else Likeness.DOUBTFUL
    if created_at is not None and created_at < search.since + behind:
        return Likeness.UNLIKE
    if reading.is_repost(post) or reading.referenced(post).get("replied_to", "") != search.parent_id:
        return Likeness.UNLIKE
    if abilities.kind_of(search.draft) == abilities.ARTICLE:
        return _article_likeness(post, search)
    if theirs and (search.keys or len(theirs) != len(search.draft.media)):
        return Likeness.UNLIKE  # other files than ours
    quoted = reading.referenced(post).get("quoted", "")
    if search.quoted_id and quoted and quoted != search.quoted_id:
        return Likeness.UNLIKE
    likeness = _text_likeness(post, search.draft.text, search.quoted_id)
    if likeness is Likeness.UNLIKE and len(reading.versions(post)) > 1:
        return Likeness.DOUBTFUL  # Somebody changed it on X: it may have had our words before.
    has_doubt = created_at is None or not text_in(post, "id") or len(theirs) != len(search.draft.media)
    has_doubt = has_doubt or bool(search.quoted_id and not quoted)
    return Likeness.DOUBTFUL if likeness is Likeness.SAME and has_doubt else likeness


def _text_likeness(post: reading.Post, written: str, quoted: str) -> Likeness:
    text = quotes.without_quoted(reading.text_of(post), quoted)
    if reading.flat(text) == reading.flat(written):
        return Likeness.SAME
    theirs, ours = reading.letters(text), reading.letters(written)
    is_cut = ours.startswith(theirs) and (text.endswith("…") or len(theirs) >= SHOWN)
    is_shortened = "t.co/" in text and theirs in ours
    is_alike = bool(theirs) and (theirs == ours or is_cut or is_shortened)
    return Likeness.DOUBTFUL if is_alike else Likeness.UNLIKE


def _article_likeness(post: reading.Post, search: _Search) -> Likeness:
    """How the post of an article looks is not documented, so that each post which is not known could be it."""
    article = str((search.staged.data.get("article") or {}).get("id") or "?")
    title = search.draft.options.get("article_title", "")
    is_ours = article in json.dumps(post) or reading.flat(reading.text_of(post)) == reading.flat(title)
    return Likeness.SAME if is_ours and reading.created_at(post) else Likeness.DOUBTFUL
