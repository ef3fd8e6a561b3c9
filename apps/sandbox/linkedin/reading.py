"""Posts as they are read: one, several, or an author's latest."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Post
from apps.sandbox.linkedin import little, posts, urns
from apps.sandbox.linkedin.access import Visit, page_of_elements
from apps.sandbox.linkedin.errors import illegal, invalid, not_found

LINKEDIN = "linkedin"
SORTS = ("LAST_MODIFIED", "CREATED")


async def get(visit: Visit) -> Response:
    """GET /rest/posts/{urn}"""
    _check_context(visit)
    post = posts.find(visit.world, posts.post_key(visit))
    if post is None:
        raise not_found()
    visit.reader(post.account_id)
    return JSONResponse(shown(post))


async def batch_get(visit: Visit) -> Response:
    """GET /rest/posts?ids=List(urn,..): those that are not there are among the errors."""
    _check_context(visit)
    ids = visit.query.get("ids")
    if not isinstance(ids, list):
        raise illegal("The parameter ids is a List")
    results, errors = {}, {}
    for urn in ids:
        post = posts.find(visit.world, urns.checked(urn, "ids", *urns.POST_KINDS))
        if post is None:
            errors[urn] = {"status": 404, "code": "RESOURCE_NOT_FOUND", "message": "Entity not found"}
        else:
            visit.reader(post.account_id)
            results[urn] = shown(post)
    return JSONResponse({"results": results, "statuses": dict.fromkeys(results, 200), "errors": errors})


async def by_author(visit: Visit) -> Response:
    """GET /rest/posts?q=author&author={urn}: newest first, by the time of the last change unless told otherwise."""
    _check_context(visit)
    if visit.text("q") != "author":
        raise illegal("The finder is author")
    author = visit.reader(urns.checked(visit.text("author"), "author", urns.PERSON, urns.ORGANIZATION))
    sort = visit.text("sortBy", "LAST_MODIFIED")
    if sort not in SORTS:
        raise invalid("INVALID_VALUE_FOR_FIELD", "sortBy", f"{sort} is none of {', '.join(SORTS)}")
    own = [post for post in visit.world.posts_of(author) if post.kind == "post"]
    own.sort(key=_modified_at if sort == "LAST_MODIFIED" else _created_at, reverse=True)
    return JSONResponse(page_of_elements(visit, [shown(post) for post in own]))


def _check_context(visit: Visit) -> None:
    context = visit.text("viewContext", "READER")
    if context not in {"READER", "AUTHOR"}:
        raise invalid("INVALID_VALUE_FOR_FIELD", "viewContext", f"{context} is neither READER nor AUTHOR")


def _created_at(post: Post) -> float:
    return post.created_at.timestamp()


def _modified_at(post: Post) -> float:
    return float(post.data.get("modified_at") or _created_at(post))


def shown(post: Post) -> dict[str, Any]:
    """`commentary` is answered as it was sent, in little text; times are in milliseconds."""
    created_at = round(_created_at(post) * 1000)
    answer: dict[str, Any] = {
        "id": posts.urn_of(post),
        "author": post.account_id,
        "commentary": post.data.get("commentary", little.escaped(post.text)),
        "createdAt": created_at,
        "publishedAt": created_at,
        "lastModifiedAt": round(_modified_at(post) * 1000),
        "lifecycleState": "PUBLISHED",
        "visibility": post.data.get("visibility", "PUBLIC"),
        "isReshareDisabledByAuthor": post.data.get("isReshareDisabledByAuthor", False),
        "distribution": post.data.get("distribution", {"feedDistribution": "MAIN_FEED"}),
    }
    if content := post.data.get("content"):
        answer["content"] = content
    if parent := post.data.get("reshare_of"):
        answer["reshareContext"] = {"parent": parent}
    return answer


async def web_page(call: Call) -> Response:
    """GET /feed/update/{urn}/: what people open in the browser; here it leads to the hub."""
    post = posts.find(call.world, call.part("urn"))
    if post is None:
        raise not_found("This post cannot be displayed")
    return RedirectResponse(call.world.permalink(post), status_code=302)
