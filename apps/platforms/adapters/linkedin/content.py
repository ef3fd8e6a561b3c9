"""A draft as LinkedIn's JSON, and what a listed post says of itself, in terms in which the two can be compared.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api. A post has at most one kind
of content. LinkedIn does not look at a link by itself: its title, words and picture are ours to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from apps.platforms import text_linkedin as little
from apps.platforms.adapters.linkedin import permits
from apps.platforms.adapters.linkedin.capabilities import CAPABILITIES, DOCUMENT, POLL, RESHARE, VIDEO
from apps.platforms.adapters.linkedin.line import object_of, objects_of, text_of
from apps.platforms.contract import Draft
from apps.platforms.errors import Rejected
from apps.platforms.formats import format_of
from apps.platforms.option_rules import lines

_POST_URN: Final = re.compile(r"urn:li:(?:share|ugcPost):\d+")
_ACTIVITY_URN: Final = re.compile(r"urn:li:activity:\d+")
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
LONGEST_TITLE: Final = 400

# What a post carries beside its text: a kind, and what names it. Media URNs are unique to each upload.
Substance = tuple[str, tuple[str, ...]]
NOTHING: Final[Substance] = ("", ())


def format_name(draft: Draft) -> str:
    """The name of the draft's format; "" for a comment, or where the chosen one is unknown."""
    chosen = format_of(draft, CAPABILITIES)
    return chosen.name if chosen else ""


def post_body(draft: Draft, author: str, urns: Sequence[str]) -> dict[str, Any]:
    """The post as the API wants it; `urns` are the uploaded files, a link's picture among them."""
    body: dict[str, Any] = {
        "author": author,
        "commentary": little.escape(draft.text),
        "visibility": visibility(draft, author),
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": bool(draft.options.get("no_reshares")),
    }
    if format_name(draft) == RESHARE:
        return body | {"reshareContext": {"parent": reshared(draft)}}
    content = _content(draft, urns)
    return body | {"content": content} if content else body


def visibility(draft: Draft, author: str) -> str:
    chosen = draft.options.get("visibility") or "PUBLIC"
    if chosen == "CONNECTIONS" and author.startswith(permits.PAGE):
        raise Rejected("A LinkedIn page has followers and no connections.", field="options.visibility")
    return chosen


def reshared(draft: Draft) -> str:
    """The URN of the post that is passed on, out of what a person pasted: its URN or its address."""
    pasted = unquote(draft.options.get("reshare_of", ""))
    found = _POST_URN.search(pasted)
    if found:
        return found[0]
    if _ACTIVITY_URN.search(pasted):
        words = "This address names the place in the feed and not the post: use the address from Copy link to post."
        raise Rejected(words, field="options.reshare_of")
    raise Rejected("This is not the address of a LinkedIn post.", field="options.reshare_of")


def _content(draft: Draft, urns: Sequence[str]) -> dict[str, Any]:
    kind = format_name(draft)
    if kind == POLL:
        return {"poll": _poll(draft)}
    if draft.media and draft.link:
        words = "LinkedIn shows either a link or files with a post: write the address into the text."
        raise Rejected(words, field="link")
    if kind in {VIDEO, DOCUMENT} and draft.media:
        return {"media": {"id": urns[0], "title": title(draft)}}
    if len(draft.media) > 1:
        pairs = zip(urns, draft.media, strict=True)
        return {"multiImage": {"images": [_picture(urn, media.alt) for urn, media in pairs]}}
    if draft.media:
        return {"media": _picture(urns[0], draft.media[0].alt)}
    return {"article": _article(draft, urns)} if draft.link else {}


def _picture(urn: str, alt: str) -> dict[str, str]:
    return {"id": urn, "altText": alt} if alt else {"id": urn}


def title(draft: Draft) -> str:
    """A document has to have one: what was entered, else the name of the file."""
    media = draft.media[0]
    return (draft.options.get("media_title") or media.name or media.id)[:LONGEST_TITLE]


def _article(draft: Draft, urns: Sequence[str]) -> dict[str, str]:
    """A card has to have a title: without one it is the name of the site."""
    host = (urlsplit(draft.link).hostname or draft.link).removeprefix("www.")
    article = {"source": draft.link, "title": (draft.options.get("link_title") or host)[:LONGEST_TITLE]}
    if description := draft.options.get("link_description"):
        article["description"] = description
    return article | ({"thumbnail": urns[0]} if urns else {})


def _poll(draft: Draft) -> dict[str, Any]:
    question, choices = draft.options.get("poll_question", "").strip(), lines(draft.options.get("poll_choices", ""))
    if not question:
        raise Rejected("A poll needs a question.", field="options.poll_question")
    if not 2 <= len(choices) <= 4:
        raise Rejected("A LinkedIn poll has 2 to 4 answers.", field="options.poll_choices")
    duration = draft.options.get("poll_duration") or "THREE_DAYS"
    settings = {"duration": duration, "voteSelectionType": "SINGLE_VOTE", "isVoterVisibleToAuthor": True}
    return {"question": question, "options": [{"text": choice} for choice in choices], "settings": settings}


def comment_body(draft: Draft, author: str, urns: Sequence[str]) -> dict[str, Any]:
    """Plain text, with mentions by their place; at most one picture."""
    shown, mentions = little.plain(draft.text)
    message: dict[str, Any] = {"text": shown}
    if mentions:
        message["attributes"] = [_attribute(mention) for mention in mentions]
    body = {"actor": author, "object": draft.parent.remote_id if draft.parent else "", "message": message}
    return body | ({"content": [{"entity": {"image": urns[0]}}]} if urns else {})


def _attribute(mention: little.Mention) -> dict[str, Any]:
    kind, name = ("Company", "company") if mention.urn.startswith(permits.PAGE) else ("Member", "member")
    entity = {f"com.linkedin.common.{kind}AttributedEntity": {name: mention.urn}}
    return {"start": mention.start, "length": mention.length, "value": entity}


# --- reading back -----------------------------------------------------------------------------------------------------


def substance_of(body: Mapping[str, Any]) -> Substance:
    """What a post carries beside its text, of ours as it is sent and of theirs as it is listed."""
    if parent := text_of(object_of(body, "reshareContext"), "parent"):
        return "reshare", (parent,)
    content = object_of(body, "content")
    if media := object_of(content, "media"):
        return "media", (text_of(media, "id"),)
    if several := objects_of(object_of(content, "multiImage"), "images"):
        return "media", tuple(text_of(image, "id") for image in several)
    if article := object_of(content, "article"):
        return "article", (text_of(article, "source"),)
    if poll := object_of(content, "poll"):
        return "poll", (_folded(text_of(poll, "question")),)
    return NOTHING


def is_same(ours: str, theirs: str) -> bool:
    return _folded(theirs) == _folded(ours)


def is_beginning(ours: str, theirs: str) -> bool:
    """Whether it is our text cut off, which LinkedIn does to one that it finds too long."""
    return bool(theirs.strip()) and _folded(ours).startswith(_folded(theirs))


def is_alike(ours: str, theirs: str) -> bool:
    """Whether the words are the same, however LinkedIn dressed them: it may shorten an address, leave a mention that it
    does not know as plain text, and set other marks. Nothing in common is not alike."""
    if not theirs or bool(_ADDRESS.search(ours)) != bool(_ADDRESS.search(theirs)):
        return False
    return _letters(ours) == _letters(theirs) and bool(_letters(ours) or _ADDRESS.search(ours))


def may_carry(ours: Substance, theirs: Substance) -> bool:
    """Whether a post that is listed with `theirs` can be one that was sent with `ours`: an address in the text may have
    become a card, and that of a card may have changed."""
    return ours == theirs or (theirs[0] == "article" and ours[0] in {"", "article"})


def _letters(text: str) -> str:
    shown, _ = little.plain(text)
    return "".join(sign for sign in _folded(_ADDRESS.sub("", shown)).casefold() if sign.isalnum())


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
