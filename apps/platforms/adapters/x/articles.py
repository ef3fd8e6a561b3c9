"""Articles: a draft that nobody sees, then one request that publishes it.

https://docs.x.com/x-api/articles/introduction. The text becomes one block for each paragraph, the picture
the cover.
"""

from __future__ import annotations

import hashlib
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.x import rights
from apps.platforms.adapters.x.line import Line, data_of, text_in
from apps.platforms.contract import Draft, Receipt, Staged
from apps.platforms.errors import NotSent, StagedLost, Uncertain


def prepare(line: Line, draft: Draft, data: dict[str, Any]) -> None:
    """Make the draft, unless the one that is there says the same. One whose answer was lost stays behind unseen."""
    fingerprint = _fingerprint(draft)
    if data.get("article", {}).get("print") == fingerprint:
        return
    blocks = [{"text": text.strip(), "type": "unstyled"} for text in draft.text.split("\n") if text.strip()]
    asked: dict[str, Any] = {
        "title": draft.options.get("article_title", ""),
        "content_state": {"blocks": blocks, "entities": []},
    }
    if files := data["media"]:
        asked["cover_media"] = {"media_category": files[0]["kind"], "media_id": files[0]["id"]}
    said = data_of(line.ask(rights.DRAFT_ARTICLE, json=asked, field="text"))
    if not (id := text_in(said, "id")):
        raise NotSent("X did not say what it calls the article.")
    data["article"] = {"id": id, "print": fingerprint}


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    article = staged.data.get("article") or {}
    if article.get("print") != _fingerprint(draft):
        raise StagedLost("What was prepared for X is an earlier version of this article.")
    answer = line.send(rights.PUBLISH_ARTICLE, id=article["id"], acting=True)
    if not answer.is_success:
        failure = line.failure(answer, rights.PUBLISH_ARTICLE, acting=True)
        if answer.status == 404:
            raise StagedLost("X no longer has the draft of this article.", evidence=failure.evidence)
        raise failure
    try:
        remote_id = text_in(data_of(answer.mapping()), "post_id")
    except wire.Unreadable:
        remote_id = ""
    if not remote_id:
        seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
        raise Uncertain("X gave an answer that makes no sense: the article may be out.", evidence=seen)
    facts = {"posted_at": line.clock().isoformat(), "article_id": article["id"]}
    return Receipt(remote_id, line.post_url(remote_id), facts=facts)


def _fingerprint(draft: Draft) -> str:
    parts = [draft.options.get("article_title", ""), draft.text, *(media.sha256 for media in draft.media)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
