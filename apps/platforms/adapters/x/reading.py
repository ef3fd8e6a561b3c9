"""Posts as X tells them, in either of its spellings.

https://docs.x.com/x-api/posts/user-posts-timeline-by-user-id. In August 2026 "tweet" became "post" in X's
specification, and not in its guides: a server that refuses the one name is asked with the other.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import regex

from apps.platforms import http as wire
from apps.platforms.adapters.x import faults
from apps.platforms.adapters.x.line import Line, listed, text_in
from apps.platforms.calls import Call

FIELDS = "created_at,text,entities,attachments,referenced_tweets,note_tweet,conversation_id,edit_history_tweet_ids"
_SHORTENED = regex.compile(r"https?://t\.co/\w+", regex.IGNORECASE)
_SCHEME = regex.compile(r"https?://(?:www\.)?", regex.IGNORECASE)
_LAST_SLASH = regex.compile(r"/(?=\s|$)")

Post = Mapping[str, Any]


def fields(line: Line, names: str, spelling: str = "") -> dict[str, str]:
    """The query parameter that asks for `names` of a post, in the spelling that is to be tried."""
    spelling = spelling or line.endpoints.get("spelling", "tweet")
    if spelling == "post":
        renamed = names.replace("referenced_tweets", "referenced_posts").replace("note_tweet", "note_post")
        return {"post.fields": renamed.replace("edit_history_tweet_ids", "edit_history_post_ids")}
    return {"tweet.fields": names}


def ask(line: Line, call: Call, names: str, *, id: str = "", **params: str) -> tuple[dict[str, Any], timedelta]:
    """What X says of posts, and how far its clock is from ours."""
    first = line.endpoints.get("spelling", "tweet")
    other = "tweet" if first == "post" else "post"
    answer = line.send(call, id=id, params=params | fields(line, names, first))
    if answer.status == 400 and f"{first}.fields" in faults.read_fault(answer).text + answer.text:
        answer = line.send(call, id=id, params=params | fields(line, names, other))
    said = line.understood(answer, call)
    if not _is_list(said):
        raise line.unreadable(answer)
    return said, wire.server_skew(answer.headers, now=line.clock())


def _is_list(said: Mapping[str, Any]) -> bool:
    """An empty list has no `data`, but says how long it is; a list of which nothing can be shown has errors."""
    meta = said.get("meta")
    is_empty = isinstance(meta, dict) and meta.get("result_count") == 0
    return isinstance(said.get("data"), list) or ("data" not in said and (is_empty or bool(listed(said, "errors"))))


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def referenced(post: Post) -> dict[str, str]:
    """What a post refers to: {"replied_to": id, "retweeted": id}."""
    found = listed(post, "referenced_posts") or listed(post, "referenced_tweets")
    return {text_in(one, "type"): text_in(one, "id") for one in found}


def is_repost(post: Post) -> bool:
    return not referenced(post).keys().isdisjoint({"retweeted", "reposted"})


def versions(post: Post) -> list[str]:
    """The ids that a post has had, its own among them: each change makes a new one. [] where X does not tell."""
    history = post.get("edit_history_post_ids") or post.get("edit_history_tweet_ids")
    return [one for one in history if isinstance(one, str) and one.isdecimal()] if isinstance(history, list) else []


def media_keys(post: Post) -> list[str]:
    attachments = post.get("attachments")
    keys = attachments.get("media_keys") if isinstance(attachments, dict) else None
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def has_poll(post: Post) -> bool:
    attachments = post.get("attachments")
    return isinstance(attachments, dict) and bool(attachments.get("poll_ids"))


def text_of(post: Post) -> str:
    """The text as it was written: the long form where there is one, with t.co addresses replaced by what they lead to.

    An address that X does not explain stays; that of the post's own media, at the end, is dropped."""
    note = post.get("note_post") or post.get("note_tweet")
    place = note if isinstance(note, dict) and text_in(note, "text") else post
    text = text_in(place, "text")
    entities = place.get("entities") or post.get("entities")
    entities = entities if isinstance(entities, dict) else {}
    for one in listed(entities, "urls"):
        short, target = text_in(one, "url"), text_in(one, "expanded_url")
        if short and target:
            is_own_media = text.rstrip().endswith(short) and (one.get("media_key") or _is_media(target))
            text = text.replace(short, "" if is_own_media else target)
    if media_keys(post):
        last = _SHORTENED.search(text.rstrip().rpartition(" ")[2].rpartition("\n")[2])
        text = text.rstrip().removesuffix(last[0]) if last and text.rstrip().endswith(last[0]) else text
    return html.unescape(text).strip()


def _is_media(address: str) -> bool:
    return bool(regex.search(r"/status/\d+/(?:photo|video)/\d+$", address))


def flat(text: str) -> str:
    """A text as far as it can be compared: X changes spaces, and adds a scheme to what it makes a link of."""
    text = _SCHEME.sub("", unicodedata.normalize("NFC", text))
    return " ".join(_LAST_SLASH.sub("", text).split())


def letters(text: str) -> str:
    """The letters and digits of a text alone, without addresses that X shortened."""
    return "".join(sign for sign in flat(_SHORTENED.sub("", text)).casefold() if sign.isalnum())


def created_at(post: Post) -> datetime | None:
    return wire.instant(post.get("created_at"))
