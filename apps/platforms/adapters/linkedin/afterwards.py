"""What may be done with posts that are out: change their text, take them down, list them.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from __future__ import annotations

from typing import Any, Final

from apps.platforms import text_linkedin as little
from apps.platforms.adapters.linkedin import content, permits, publishing
from apps.platforms.adapters.linkedin.line import Line, encoded, has_next, moment, object_of, objects_of, text_of
from apps.platforms.contract import Draft, Receipt, RemotePost, Role
from apps.platforms.errors import Gone, NotOffered
from apps.platforms.insights import OwnPost, OwnPosts

PAGE_SIZE: Final = 20


def edit(line: Line, post: RemotePost, draft: Draft) -> Receipt:
    """Only the text of a post: its files, poll or link stay, and comments cannot be changed."""
    if draft.role is not Role.MAIN:
        raise NotOffered("Comments on LinkedIn cannot be changed from outside.")
    patch = {"patch": {"$set": {"commentary": little.escape(draft.text)}}}
    path = f"/rest/posts/{encoded(post.remote_id)}"
    answer = line.call(permits.EDIT, path, restli="PARTIAL_UPDATE", json=patch)
    if answer.is_success and not answer.is_cut and not answer.body.strip():
        return Receipt(post.remote_id, publishing.address(line, post.remote_id), facts=post.facts)
    raise line.unreadable(answer) if answer.is_success else line.failure(permits.EDIT, answer, field="text")


def delete(line: Line, post: RemotePost) -> None:
    if not post.remote_id.startswith(("urn:li:share:", "urn:li:ugcPost:")):
        raise NotOffered("Comments on LinkedIn cannot be deleted from outside.")
    answer = line.call(permits.DELETE, f"/rest/posts/{encoded(post.remote_id)}", restli="DELETE")
    if answer.is_success:
        return
    failure = line.failure(permits.DELETE, answer)
    if not isinstance(failure, Gone):
        raise failure


def own_posts(line: Line, cursor: str) -> OwnPosts:
    """LinkedIn lists by the last change, so that an old post that was edited stands among the newest."""
    start = int(cursor) if cursor.isdecimal() else 0
    query = f"q=author&author={encoded(line.author)}&sortBy=LAST_MODIFIED&start={start}&count={PAGE_SIZE}"
    answer = line.call(permits.POSTS, f"/rest/posts?{query}", restli="FINDER")
    said = line.understood(permits.POSTS, answer)
    elements = objects_of(said, "elements")
    if elements is None:
        raise line.unreadable(answer)
    posts = sorted((_own_post(line, one) for one in elements if text_of(one, "id")), key=_age, reverse=True)
    return OwnPosts(tuple(posts), str(start + len(elements)) if elements and has_next(said) else "")


def _own_post(line: Line, post: dict[str, Any]) -> OwnPost:
    urn, (kind, _) = text_of(post, "id"), content.substance_of(post)
    return OwnPost(
        remote_id=urn,
        text=little.unescape(text_of(post, "commentary")),
        published_at=moment(post.get("publishedAt")) or moment(post.get("createdAt")),
        url=publishing.address(line, urn),
        kind=next(iter(object_of(post, "content")), kind),
        facts={name: text for name in ("visibility", "lifecycleState") if (text := text_of(post, name))},
    )


def _age(post: OwnPost) -> float:
    return post.published_at.timestamp() if post.published_at else 0.0
