"""What a container is made of: the parameters of `POST /me/threads` for each kind of post.

https://developers.facebook.com/documentation/threads/posts. `auto_publish_text` is never sent: it would publish while
preparing, and with the invisible stage goes what makes a repeat safe.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from apps.platforms.adapters.threads.capabilities import CAPABILITIES, REPOST
from apps.platforms.adapters.threads.requests import SHARE
from apps.platforms.contract import Credential, Draft, MediaFile, Role
from apps.platforms.errors import Rejected
from apps.platforms.formats import format_of
from apps.platforms.option_rules import lines

Form = dict[str, str]

_YES: Final = "true"
_POLL_KEYS: Final = ("option_a", "option_b", "option_c", "option_d")
_NOT_IN_TOPICS: Final = frozenset(".&")


def is_carousel(draft: Draft) -> bool:
    return len(draft.media) > 1


def is_repost(draft: Draft) -> bool:
    chosen = format_of(draft, CAPABILITIES)
    return chosen is not None and chosen.name == REPOST


def kind_of(draft: Draft) -> str:
    """What Threads calls this when it is read again."""
    if is_carousel(draft):
        return "CAROUSEL_ALBUM"
    if not draft.media:
        return "TEXT_POST"
    return "VIDEO" if draft.media[0].is_video else "IMAGE"


def fingerprint(draft: Draft) -> str:
    """All that a container carries: one that was made from other things is of no use."""
    files = [f"{media.sha256}\n{media.alt}" for media in draft.media]
    options = [f"{name}={value}" for name, value in sorted(draft.options.items())]
    parent = draft.parent.remote_id if draft.parent else ""
    parts = [draft.text, draft.link, draft.role, parent, *files, *options]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def item_form(draft: Draft, position: int) -> Form:
    """A picture or video of a carousel."""
    return {**_media_form(draft.media[position], position), "is_carousel_item": _YES}


def post_form(draft: Draft, credential: Credential, *, items: Iterable[str]) -> Form:
    """The container that is published; `items` are the containers of a carousel's files. Raises Rejected."""
    if is_carousel(draft):
        form = {"media_type": "CAROUSEL", "children": ",".join(items)}
    elif draft.media:
        form = _media_form(draft.media[0], 0)
    else:
        form = _text_form(draft)
    if draft.text:
        form["text"] = draft.text
    return {**form, **_place(draft), **_choices(draft, credential)}


def _media_form(media: MediaFile, position: int) -> Form:
    if not media.public_url:
        words = "Threads fetches files from a public address, and this one has none."
        raise Rejected(words, field=f"media.{position}")
    kind, name = ("VIDEO", "video_url") if media.is_video else ("IMAGE", "image_url")
    alt = {"alt_text": media.alt} if media.alt else {}
    return {"media_type": kind, name: media.public_url, **alt}


def _text_form(draft: Draft) -> Form:
    if not draft.text.strip():
        raise Rejected("There is nothing to publish here yet: write a text or add a picture.", field="text")
    return {"media_type": "TEXT", **({"link_attachment": draft.link} if draft.link else {})}


def _place(draft: Draft) -> Form:
    """A comment or a part of a thread stands below its parent: the published post before it."""
    if draft.role is Role.MAIN:
        return {}
    if draft.parent is None:
        raise Rejected("A reply needs the post it belongs to.", field="parent")
    if draft.parent.facts.get("kind") == REPOST:
        raise Rejected("A repost on Threads takes no comments of its own.", field="role")
    return {"reply_to_id": draft.parent.remote_id}


# --- choices of a post ------------------------------------------------------------------------------------------------


def _choices(draft: Draft, credential: Credential) -> Form:
    if draft.link and draft.media:
        raise Rejected("Threads shows a link as a card only without media: write it into the text.", field="link")
    if draft.role is not Role.MAIN:
        return {}
    chosen = format_of(draft, CAPABILITIES)
    if chosen is None:
        raise Rejected("Threads does not know this kind of post.", field="options.format")
    if draft.media and chosen.name != "media":
        raise Rejected(f"On Threads, a post of the kind {chosen.label!r} carries no media.", field="media")
    attach = _ATTACHMENTS.get(chosen.name)
    return {**_settings(draft.options, credential), **(attach(draft.options) if attach else {})}


def _settings(options: Mapping[str, str], credential: Credential) -> Form:
    """Choices that any post may make."""
    form = {}
    for name, parameter in (("reply_control", "reply_control"), ("quote", "quote_post_id")):
        if options.get(name):
            form[parameter] = options[name]
    if topic := options.get("topic_tag", "").strip().removeprefix("#"):
        form["topic_tag"] = _topic(topic)
    if options.get("approve_replies"):
        form["enable_reply_approvals"] = _YES
    if countries := options.get("countries", "").replace(",", " ").upper().split():
        form["allowlisted_country_codes"] = ",".join(countries)
    if options.get("share_to_instagram"):
        if credential.scopes and SHARE not in credential.scopes:
            # The rest of the account works: it is the choice that has to be changed, unless the app is to have more.
            words = "This connection to Threads does not cover sharing to Instagram: switch that off for this post."
            raise Rejected(words, field="options.share_to_instagram")
        form["crossreshare_to_ig"] = _YES
    return form


def _topic(topic: str) -> str:
    if _NOT_IN_TOPICS & set(topic):
        raise Rejected("A topic on Threads has neither a full stop nor an ampersand.", field="options.topic_tag")
    return topic


def _poll(options: Mapping[str, str]) -> Form:
    choices = lines(options.get("poll", ""))
    if not 2 <= len(choices) <= len(_POLL_KEYS):
        raise Rejected("A poll on Threads has two to four choices.", field="options.poll")
    return {"poll_attachment": _json(dict(zip(_POLL_KEYS, choices, strict=False)))}


def _long_text(options: Mapping[str, str]) -> Form:
    if not (text := options.get("long_text", "")).strip():
        raise Rejected("Threads needs the long text that is to be attached.", field="options.long_text")
    return {"text_attachment": _json({"plaintext": text})}


def _gif(options: Mapping[str, str]) -> Form:
    if not (gif := options.get("gif", "").strip()):
        raise Rejected("Threads needs the id of a GIF at GIPHY.", field="options.gif")
    return {"gif_attachment": _json({"gif_id": gif, "provider": "GIPHY"})}


def _json(value: Mapping[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False)


_ATTACHMENTS: Final[Mapping[str, Callable[[Mapping[str, str]], Form]]] = {
    "poll": _poll,
    "long_text": _long_text,
    "gif": _gif,
    "ghost": lambda options: {"is_ghost_post": _YES},
    "media": lambda options: {"is_spoiler_media": _YES} if options.get("spoiler") else {},
}
