"""Posts: the one call that makes something public, its edit and its end.

Where the documentation is silent: only published posts can be created (no drafts), and the text of a poll cannot be
edited either. Deleting answers the same a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import content, events, figures, little, restli, urns
from apps.sandbox.linkedin.access import Visit, dumped
from apps.sandbox.linkedin.content import Content, one_of, only
from apps.sandbox.linkedin.errors import duplicate, illegal, invalid, missing, not_found, too_long

LINKEDIN = "linkedin"
MAX_COMMENTARY = 3000
FIELDS = (
    "author", "commentary", "visibility", "distribution", "lifecycleState", "isReshareDisabledByAuthor", "content",
    "reshareContext",
)  # fmt: skip
VISIBILITIES = ("PUBLIC", "CONNECTIONS", "LOGGED_IN")


@dataclass(slots=True)
class Draft:
    """A request to post that has been found good."""

    author: Account
    commentary: little.Reading
    visibility: str
    body: dict[str, Any]
    content: Content
    reshared: Post | None

    @property
    def fingerprint(self) -> str:
        """Equal for what LinkedIn takes for the same post."""
        words = " ".join(self.commentary.source.split())
        return dumped([words, self.body.get("content"), self.body.get("reshareContext")])


async def create(visit: Visit) -> Response:
    """POST /rest/posts: 201 without a body; the id is in a header alone (with no `id_header` set, in the body)."""
    draft = _read(visit)
    if earlier := _same_post(visit.world, draft):
        raise duplicate(urn_of(earlier))
    post = _publish(visit.world, draft)
    if visit.call.take_fault("failed_processing"):
        # A 201 is no promise: what fails afterwards takes the post away, and nobody is told.
        visit.world.delete_post(post)
    else:
        events.published(visit.world, post, draft.reshared)
    header = str(visit.world.setting(LINKEDIN, "id_header"))
    return Response(status_code=201, headers={header: post.id}) if header else JSONResponse({"id": post.id}, 201)


def _read(visit: Visit) -> Draft:
    body = visit.body()
    only(body, "", *FIELDS)
    for name in ("author", "commentary", "visibility", "distribution", "lifecycleState"):
        if name not in body:
            raise missing(name)
    author = visit.writer(urns.checked(body["author"], "author", urns.PERSON, urns.ORGANIZATION))
    visibility = one_of(body, "", "visibility", VISIBILITIES)
    if visibility == "CONNECTIONS" and urns.kind_of(author.id) == urns.ORGANIZATION:
        raise invalid("INVALID_VALUE_FOR_FIELD", "visibility", "/visibility :: a page has no connections")
    one_of(body, "", "lifecycleState", ("PUBLISHED",))
    _check_distribution(body["distribution"])
    if not isinstance(body.get("isReshareDisabledByAuthor", False), bool):
        raise invalid("INVALID_VALUE_FOR_FIELD", "isReshareDisabledByAuthor", "is no boolean", status=422)
    commentary = read_commentary(visit.world, body["commentary"])
    reshared = _reshared(visit, body) if "reshareContext" in body else None
    shown = content.check(visit.world, author.id, body["content"]) if "content" in body else Content()
    if not body["commentary"].strip() and "content" not in body and reshared is None:
        raise invalid("INVALID_VALUE_BLANK_FIELD", "commentary", "/commentary :: is blank and nothing is shown")
    return Draft(author, commentary, visibility, body, shown, reshared)


def _check_distribution(distribution: Any) -> None:
    if not isinstance(distribution, dict):
        raise missing("distribution/feedDistribution")
    only(distribution, "distribution", "feedDistribution", "targetEntities", "thirdPartyDistributionChannels")
    one_of(distribution, "distribution", "feedDistribution", ("MAIN_FEED", "NONE"))


def read_commentary(world: World, commentary: Any) -> little.Reading:
    """Counted as it is sent, backslashes included."""
    if not isinstance(commentary, str):
        raise invalid("INVALID_VALUE_FOR_FIELD", "commentary", "/commentary :: is no text", status=422)
    if len(commentary) > MAX_COMMENTARY:
        if not world.setting(LINKEDIN, "cut_long_commentary"):
            raise too_long("commentary", MAX_COMMENTARY)
        commentary = commentary[:MAX_COMMENTARY]

    def name_of(urn: str) -> str | None:
        account = world.account(LINKEDIN, urn)
        return account.name if account else None

    return little.read(commentary, name_of=name_of, raw_addresses=bool(world.setting(LINKEDIN, "raw_addresses")))


def _reshared(visit: Visit, body: dict[str, Any]) -> Post:
    context = body["reshareContext"]
    if "content" in body:
        raise illegal("A reshare shows the post that it shares and nothing else")
    if not isinstance(context, dict) or "parent" not in context:
        raise missing("reshareContext/parent")
    only(context, "reshareContext", "parent")
    parent = find(visit.world, urns.checked(context["parent"], "reshareContext/parent", *urns.POST_KINDS))
    if parent is None:
        raise invalid("INVALID_URN_ID", "reshareContext/parent", "/reshareContext/parent :: does not exist")
    if parent.data.get("isReshareDisabledByAuthor"):
        raise visit.refusal()
    return parent


def _same_post(world: World, draft: Draft) -> Post | None:
    """The author's own post that this one repeats, within the hours in which LinkedIn remembers it."""
    hours = float(world.setting(LINKEDIN, "duplicate_hours"))
    since = (world.now() - timedelta(hours=hours)).timestamp()
    where = "platform='linkedin' AND kind='post' AND account_id=? AND created_at > ?"
    if not world.setting(LINKEDIN, "ghost_duplicates"):
        where += " AND deleted_at IS NULL"
    recent = world.store.posts.select(where, (draft.author.id, since), order="seq DESC")
    return next((post for post in recent if post.data.get("fingerprint") == draft.fingerprint), None)


def _publish(world: World, draft: Draft) -> Post:
    now = world.now()
    post = Post(
        platform=LINKEDIN,
        id=urns.make(draft.content.urn_kind, world.number()),
        account_id=draft.author.id,
        text=draft.commentary.text,
        created_at=now,
        visibility=draft.visibility.lower(),
        data={
            "commentary": draft.commentary.source,
            "mentions": draft.commentary.mentions,
            "links": little.links(draft.commentary.text),
            "visibility": draft.visibility,
            "distribution": draft.body["distribution"],
            "isReshareDisabledByAuthor": draft.body.get("isReshareDisabledByAuthor", False),
            "content": draft.body.get("content"),
            "reshare_of": urn_of(draft.reshared) if draft.reshared else "",
            "modified_at": now.timestamp(),
            "fingerprint": draft.fingerprint,
        },
    )
    media = []
    for urn, alt in draft.content.media:
        if medium := world.store.media.get(LINKEDIN, urn):
            medium.alt = alt
            media.append(medium)
    if draft.reshared:
        world.box(LINKEDIN, figures.RESHARE).put(post.id, {}, owner=urn_of(draft.reshared))
    return world.publish(post, media)


# One post


def urn_of(post: Post) -> str:
    """A post of the past, planted by the control API, has a bare number."""
    return urns.make("share", post.id) if post.id.isdigit() else post.id


def activity_of(post: Post) -> str:
    """The feed's own name of a post. Its number is the one after the post's."""
    return urns.make("activity", int(urns.id_of(post.id)) + 1)


def find(world: World, urn: str) -> Post | None:
    """The post with this URN, or with this URN as its activity, unless it was deleted."""
    candidates = [urn, urns.id_of(urn)]
    if urns.kind_of(urn) == "activity":
        number = str(int(urns.id_of(urn)) - 1)
        candidates = [*(urns.make(kind, number) for kind in urns.POST_KINDS), number]
    found = (world.post(LINKEDIN, id) for id in candidates)
    known = [post for post in found if post and post.kind == "post" and urn in {urn_of(post), activity_of(post)}]
    return known[0] if known else None


async def edit(visit: Visit) -> Response:
    """POST /rest/posts/{urn} with X-RestLi-Method: PARTIAL_UPDATE"""
    post = find(visit.world, post_key(visit))
    if post is None:
        raise not_found()
    visit.writer(post.account_id)
    commentary = _patched(visit.body())
    if "poll" in (post.data.get("content") or {}):
        raise illegal("A poll cannot be edited")
    reading = read_commentary(visit.world, commentary)
    post.text = reading.text
    post.data |= {"commentary": reading.source, "mentions": reading.mentions, "links": little.links(reading.text)}
    post.data["modified_at"] = visit.world.now().timestamp()
    visit.world.store.posts.save(post)
    return Response(status_code=204)


def _patched(body: dict[str, Any]) -> Any:
    only(body, "", "patch")
    patch = body.get("patch")
    changes = patch.get("$set") if isinstance(patch, dict) else None
    if not isinstance(changes, dict) or "commentary" not in changes:
        raise missing("patch/$set/commentary")
    only(changes, "patch/$set", "commentary")
    return changes["commentary"]


async def delete(visit: Visit) -> Response:
    """DELETE /rest/posts/{urn}: 204, also for one that was deleted before; 404 for one that never was."""
    urn = post_key(visit)
    rows = visit.world.store.posts
    post = find(visit.world, urn) or rows.get(LINKEDIN, urn) or rows.get(LINKEDIN, urns.id_of(urn))
    if post is None:
        raise not_found()
    visit.writer(post.account_id)
    if post.deleted_at is None:
        visit.world.delete_post(post)
    return Response(status_code=204)


def post_key(visit: Visit) -> str:
    return urns.checked(restli.path_key(visit.call), "id", *urns.POST_KINDS)
