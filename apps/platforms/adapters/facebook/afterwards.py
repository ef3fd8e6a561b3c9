"""What is done with a published post: its address, a correction, taking it down, and the list of all."""

from __future__ import annotations

from typing import Any, Final

from apps.platforms.adapters.facebook import publishing, scopes
from apps.platforms.adapters.facebook.faults import is_unseen
from apps.platforms.adapters.facebook.line import (
    Line,
    entries_in,
    instant,
    mapping_in,
    next_cursor,
    remote_id,
    text_in,
)
from apps.platforms.contract import Draft, Receipt, RemotePost
from apps.platforms.errors import Gone, NotOffered, NotSent, PlatformError
from apps.platforms.insights import OwnPost, OwnPosts

OWN_FIELDS: Final = (
    "id,message,created_time,permalink_url,attachments{media_type,target{id},media{image{src}},subattachments}"
)
PAGE_SIZE: Final = "25"


def locate(line: Line, receipt: Receipt) -> str:
    """The address of a post; "" when Facebook does not tell just now, as for a video that is being processed."""
    if receipt.remote_url:
        return receipt.remote_url
    try:
        if receipt.facts.get("kind") == "story":
            return _story_url(line, receipt.remote_id)
        return _whole(line, text_in(_read(line, receipt.remote_id, "permalink_url"), "permalink_url"))
    except PlatformError:
        return ""


def _story_url(line: Line, post: str) -> str:
    said = line.ask(scopes.STORIES, params={"fields": "post_id,url", "limit": PAGE_SIZE})
    urls = (text_in(story, "url") for story in entries_in(said) or () if remote_id(story, "post_id") == post)
    return _whole(line, next(urls, ""))


def _whole(line: Line, url: str) -> str:
    """An address with its host, which Facebook leaves out for videos."""
    return line.endpoint("login") + url if url.startswith("/") else url


def _read(line: Line, post: str, fields: str) -> dict[str, Any]:
    return line.ask(scopes.POST, {"post": post}, params={"fields": fields})


def is_named(post: RemotePost) -> bool:
    """Whether the post is known by its own name, and not by that of its video alone."""
    return "_" in post.remote_id or post.remote_id != post.facts.get("video")


def post_of(line: Line, post: RemotePost) -> str:
    """The name under which a post is changed and counted. A video that had none yet when it was published is asked."""
    if is_named(post):
        return post.remote_id
    try:
        named = remote_id(_read(line, post.remote_id, "post_id"), "post_id")
    except NotSent as error:
        raise _gone_or(error) from None
    return publishing.post_id(line, named, str(post.facts.get("kind") or "")) or post.remote_id


def edit(line: Line, post: RemotePost, draft: Draft) -> Receipt:
    """The text alone: Facebook has no call that changes a post's pictures."""
    if post.facts.get("kind") == "story":
        raise NotOffered("On Facebook, a story cannot be changed.")
    name = post_of(line, post)
    field = "description" if name == post.facts.get("video") else "message"
    try:
        said = line.ask(scopes.EDIT, {"post": name}, data={field: publishing.message_of(draft)}, field="text")
    except NotSent as error:
        raise _gone_or(error) from None
    if said.get("success") is not True:
        raise NotSent("Facebook did not say whether the text was changed.")
    return Receipt(post.remote_id, facts=dict(post.facts))


def delete(line: Line, post: RemotePost) -> None:
    try:
        said = line.ask(scopes.DELETE, {"post": post.remote_id})
    except NotSent as error:
        if is_unseen(error):
            return
        raise
    if said.get("success") is not True:
        raise NotSent("Facebook did not say whether the post was deleted.")


def _gone_or(error: NotSent) -> PlatformError:
    if is_unseen(error):
        return Gone("This post is not on Facebook any more.", evidence=error.evidence)
    return error


# --- all of them ------------------------------------------------------------------------------------------------------


def own_posts(line: Line, cursor: str) -> OwnPosts:
    """The posts that the Page itself published; its feed would mix them with visitors'. A video goes by its own name,
    as it does when it is published here. Reels and stories are not among them."""
    params = {"fields": OWN_FIELDS, "limit": PAGE_SIZE} | ({"after": cursor} if cursor else {})
    said = line.ask(scopes.POSTED, params=params)
    entries = entries_in(said)
    if entries is None:
        raise NotSent("Facebook gave an answer that makes no sense.")
    posts = tuple(_own_post(line, entry) for entry in entries if remote_id(entry))
    return OwnPosts(posts, next_cursor(said))


def _own_post(line: Line, entry: dict[str, Any]) -> OwnPost:
    attachments = entries_in(mapping_in(entry, "attachments")) or []
    kind = text_in(attachments[0], "media_type") if attachments else ""
    video = remote_id(mapping_in(attachments[0], "target")) if kind == "video" else ""
    urls = [url for one in attachments for url in _pictures(one)]
    return OwnPost(
        remote_id=video or remote_id(entry),
        text=text_in(entry, "message"),
        published_at=instant(entry.get("created_time")),
        url=_whole(line, text_in(entry, "permalink_url")),
        kind=kind,
        media_urls=tuple(dict.fromkeys(urls)),
        facts={"kind": "video", "video": video} if video else {"kind": "post"},
    )


def _pictures(attachment: dict[str, Any]) -> list[str]:
    """The addresses of the pictures that an attachment shows, one after the other."""
    inner = entries_in(mapping_in(attachment, "subattachments")) or [attachment]
    found = (text_in(mapping_in(mapping_in(one, "media"), "image"), "src") for one in inner)
    return [url for url in found if url]
