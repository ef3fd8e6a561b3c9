"""Comments and replies under a post, and how many there are.

Comments are plain text. A reply hangs under a comment and nothing hangs under a reply. For a while after a post its
activity cannot be found, which passes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import content, events, figures, posts, restli, urns
from apps.sandbox.linkedin.access import ADMIN_SCOPES, Visit, page_of_elements
from apps.sandbox.linkedin.content import only, text
from apps.sandbox.linkedin.errors import illegal, invalid, missing, not_found

LINKEDIN = "linkedin"
MAX_COMMENT = 1250
ENTITIES = {
    "com.linkedin.common.MemberAttributedEntity",
    "com.linkedin.common.CompanyAttributedEntity",
}


async def comment(visit: Visit) -> Response:
    """POST /rest/socialActions/{urn}/comments: under a post, or under the comment that is named."""
    body = visit.body()
    only(body, "", "actor", "object", "message", "parentComment", "content")
    post, parent = _place(visit, body)
    actor = _actor(visit, body)
    if "message" not in body or not isinstance(body["message"], dict):
        raise missing("message")
    only(body["message"], "message", "text", "attributes")
    words = text(body["message"], "message", "text", most=MAX_COMMENT)
    _check_attributes(body["message"].get("attributes", []), words)
    images = _images(visit.world, actor, body.get("content", []))
    made = _write(visit.world, actor, post, parent, body, images)
    events.commented(visit.world, post, made)
    answer = shown(visit.world, made)
    return JSONResponse(answer, status_code=201, headers={"x-restli-id": answer["id"]})


def _place(visit: Visit, body: dict[str, Any]) -> tuple[Post, Post | None]:
    """The post, and the comment in it that is replied to."""
    key = str(restli.path_key(visit.call))
    parts = urns.parts_of_comment(key)
    thread = urns.checked(parts[0] if parts else key, "urn", *urns.POST_KINDS, "activity")
    post = posts.find(visit.world, thread)
    ready_after = timedelta(seconds=float(visit.world.setting(LINKEDIN, "activity_seconds")))
    if post is None or visit.world.now() < post.created_at + ready_after:
        raise not_found("Unable to obtain activity")
    if "object" not in body:
        raise missing("object")
    named = urns.checked(body["object"], "object", *urns.POST_KINDS, "activity")
    if posts.find(visit.world, named) != post:
        raise invalid("INVALID_URN_ID", "object", "/object :: is not the post in the path")
    parent = body.get("parentComment") or (key if parts else "")
    return post, _parent(visit.world, post, parent) if parent else None


def _parent(world: World, post: Post, urn: Any) -> Post:
    parts = urns.parts_of_comment(urn) if isinstance(urn, str) else None
    if parts is None:
        raise invalid("INVALID_URN_TYPE", "parentComment", f"/parentComment :: {urn!r} is no URN of type comment")
    found = world.post(LINKEDIN, urns.comment(posts.activity_of(post), int(parts[1])))
    if found is None or found.data["post"] != post.id:
        raise not_found("The comment that is replied to does not exist")
    if found.parent_id != post.id:
        raise illegal("A reply cannot be replied to")
    return found


def _actor(visit: Visit, body: dict[str, Any]) -> Account:
    if "actor" not in body:
        raise missing("actor")
    actor = urns.checked(body["actor"], "actor", urns.PERSON, urns.ORGANIZATION)
    visit.need(*social_scopes(visit.world, "w", actor))
    return visit.author_account(actor)


def social_scopes(world: World, letter: str, author: str) -> list[str]:
    """Comments have scopes of their own; whether the older ones still do is not certain, and a setting."""
    kind = "organization" if urns.kind_of(author) == urns.ORGANIZATION else "member"
    scopes = [f"{letter}_{kind}_social_feed"]
    return [*scopes, f"{letter}_{kind}_social"] if world.setting(LINKEDIN, "old_comment_scopes") else scopes


def _check_attributes(attributes: Any, words: str) -> None:
    """Mentions: which characters of the text, and whom they mean."""
    if not isinstance(attributes, list) or not all(isinstance(one, dict) for one in attributes):
        raise invalid("INVALID_VALUE_FOR_FIELD", "message/attributes", "/message/attributes :: is no list", status=422)
    for place, one in enumerate(attributes):
        path = f"message/attributes/{place}"
        only(one, path, "start", "length", "value")
        start, length, value = one.get("start"), one.get("length"), one.get("value")
        if not isinstance(start, int) or not isinstance(length, int) or start < 0 or length < 1:
            raise invalid("INVALID_VALUE_FOR_FIELD", path, f"/{path} :: start and length are numbers", status=422)
        if start + length > len(words):
            raise invalid("INVALID_VALUE_FOR_FIELD", path, f"/{path} :: ends after the text")
        if not isinstance(value, dict) or len(value) != 1 or set(value) - ENTITIES:
            raise invalid("INVALID_VALUE_FOR_FIELD", f"{path}/value", f"/{path}/value :: is no attributed entity")


def _images(world: World, actor: Account, shown: Any) -> list[str]:
    if not isinstance(shown, list):
        raise invalid("INVALID_VALUE_FOR_FIELD", "content", "/content :: is no list", status=422)
    found = []
    for place, one in enumerate(shown):
        entity = one.get("entity") if isinstance(one, dict) else None
        path = f"content/{place}/entity"
        if not isinstance(entity, dict) or "image" not in entity:
            raise missing(f"{path}/image")
        urn = urns.checked(entity["image"], f"{path}/image", "image")
        found.append(content.available(world, actor.id, urn, f"{path}/image"))
    return found


def _write(
    world: World, actor: Account, post: Post, parent: Post | None, body: dict[str, Any], images: list[str]
) -> Post:
    made = Post(
        platform=LINKEDIN,
        id=urns.comment(posts.activity_of(post), world.number()),
        account_id=actor.id,
        text=body["message"]["text"],
        created_at=world.now(),
        kind="reply",
        parent_id=parent.id if parent else post.id,
        data={
            "post": post.id,
            "object": body["object"],
            "message": body["message"],
            "content": body.get("content"),
            "parent_comment": parent.id if parent else "",
        },
    )
    media = [medium for urn in images if (medium := world.store.media.get(LINKEDIN, urn))]
    return world.publish(made, media)


async def comments(visit: Visit) -> Response:
    """GET /rest/socialActions/{urn}/comments: oldest first; those of a comment are its replies."""
    key = str(restli.path_key(visit.call))
    parts = urns.parts_of_comment(key)
    post = posts.find(visit.world, urns.checked(parts[0] if parts else key, "urn", *urns.POST_KINDS, "activity"))
    if post is None:
        raise not_found("Unable to obtain activity")
    visit.need(*social_scopes(visit.world, "r", post.account_id))
    visit.author_account(post.account_id)
    under = _parent(visit.world, post, key) if parts else post
    found = [shown(visit.world, one) for one in visit.world.replies_to(under)]
    return JSONResponse(page_of_elements(visit, found))


def shown(world: World, comment: Post) -> dict[str, Any]:
    created = {"actor": comment.account_id, "time": round(comment.created_at.timestamp() * 1000)}
    answer: dict[str, Any] = {
        "id": comment.id.rpartition(",")[2].rstrip(")"),
        "commentUrn": comment.id,
        "actor": comment.account_id,
        "object": comment.id.removeprefix("urn:li:comment:(").partition(",")[0],
        "created": created,
        "lastModified": created,
        "message": comment.data["message"],
    }
    if comment.data["parent_comment"]:
        answer["parentComment"] = comment.data["parent_comment"]
    if comment.data["content"]:
        answer["content"] = comment.data["content"]
    return answer


async def metadata(visit: Visit) -> Response:
    """GET /rest/socialMetadata/{post urn}: reactions and comments, counted."""
    urn = urns.checked(restli.path_key(visit.call), "urn", *urns.POST_KINDS, "activity")
    post = posts.find(visit.world, urn)
    if post is None:
        raise not_found()
    visit.need(*social_scopes(visit.world, "r", post.account_id), *ADMIN_SCOPES)
    visit.author_account(post.account_id)
    likes = figures.Gathering(visit.world, post).until(visit.world.now()).likes
    summaries = {"LIKE": {"reactionType": "LIKE", "count": likes}} if likes else {}
    top = visit.world.replies_to(post)
    count = len(top) + sum(visit.world.count_replies(one) for one in top)
    return JSONResponse(
        {
            "entity": urn,
            "reactionSummaries": summaries,
            "commentSummary": {"count": count, "topLevelCount": len(top)},
            "commentsState": "OPEN",
        }
    )
