"""What happens to a page's public posts, and who is told of it. A member's posts tell nobody.

Notices are kept for 60 days and can be fetched; the subscribers among a page's administrators get them sent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import postman, subscriptions, urns

LINKEDIN = "linkedin"
KEPT = timedelta(days=60)


def commented(world: World, post: Post, comment: Post) -> None:
    action = "ADMIN_COMMENT" if comment.account_id == post.account_id else "COMMENT"
    said = {"comment": {"entity": comment.id, "owner": comment.account_id, "text": comment.text}}
    _tell(world, post.account_id, action, post, comment, said)


def remove_post(world: World, post: Post) -> None:
    """Its owner deletes it on linkedin.com; only of a comment the page is told."""
    world.delete_post(post)
    parent = world.store.posts.get(LINKEDIN, str(post.data.get("post"))) if post.kind == "reply" else None
    if parent is not None:
        said = {"comment": {"entity": post.id, "owner": post.account_id}}
        _tell(world, parent.account_id, "COMMENT_DELETE", parent, post, said)


def published(world: World, post: Post, parent: Post | None) -> None:
    """A reshare is told to the page whose post it shares, a mention to the page that is mentioned."""
    said = {"share": {"entity": post.id, "owner": post.account_id, "text": post.text}}
    if parent is not None and parent.account_id != post.account_id:
        _tell(world, parent.account_id, "SHARE", parent, post, said)
    for urn in dict.fromkeys(post.data["mentions"]):
        if urn != post.account_id:
            _tell(world, urn, "SHARE_MENTION", post, post, said)


def _tell(world: World, page: str, action: str, source: Post, made: Post, said: dict[str, Any]) -> None:
    if urns.kind_of(page) != urns.ORGANIZATION or source.data.get("visibility", "PUBLIC") != "PUBLIC":
        return
    id = world.number()
    notice = {
        "notificationId": id,
        "organizationalEntity": page,
        "action": action,
        "sourcePost": urns.make("share", source.id) if source.id.isdigit() else source.id,
        "decoratedSourcePost": {"owner": source.account_id, "text": source.text},
        "generatedActivity": made.id,
        "decoratedGeneratedActivity": said,
        "lastModifiedAt": round(world.now().timestamp() * 1000),
    }
    world.box(LINKEDIN, "notice").put(str(id), notice, owner=page, lives=KEPT)
    for subscription in subscriptions.active(world, page):
        postman.send(world, subscription["webhook"], [notice | {"subscriber": subscription["user"]}])
