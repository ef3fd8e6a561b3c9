"""What an API key may be given: read or write for each kind of thing, as sets of the permissions that members hold.

To write includes to read. A workspace's key never holds what is about the organization as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from apps.tenants.permissions import ALL_PERMISSIONS, ORGANIZATION_WIDE


@dataclass(frozen=True, slots=True)
class Area:
    """A kind of thing, and the permissions that reading and writing it take."""

    name: str
    label: str
    reads: frozenset[str]
    writes: frozenset[str] = frozenset()


AREAS: Final = (
    Area(
        "organization",
        "Organization",
        frozenset({"organization.view", "usage.view"}),
        frozenset({"organization.edit"}),
    ),
    Area(
        "workspaces",
        "Workspaces",
        frozenset({"workspace.view"}),
        frozenset({"workspace.create", "workspace.edit", "workspace.archive"}),
    ),
    Area(
        "members", "Members", frozenset({"member.view"}), frozenset({"member.invite", "member.edit", "member.remove"})
    ),
    Area("keys", "API keys", frozenset({"key.view"}), frozenset({"key.edit"})),
    Area(
        "accounts",
        "Social accounts",
        frozenset({"account.view"}),
        frozenset({"account.connect", "account.disconnect"}),
    ),
    Area("apps", "Own apps at networks", frozenset({"app.view"}), frozenset({"app.edit"})),
    Area("audit", "Audit trail", frozenset({"audit.view"})),
    Area(
        "posts",
        "Posts and publications",
        frozenset({"post.view"}),
        frozenset({
            "post.edit", "post.schedule", "post.publish", "post.cancel", "publication.retry", "publication.decide",
            "publication.edit", "publication.remove",
        }),
    ),
    Area(
        "approvals",
        "Approvals",
        frozenset({"approval.view"}),
        frozenset({"approval.request", "approval.decide", "approval.comment"}),
    ),
    Area("policies", "Approval policies", frozenset({"policy.view"}), frozenset({"policy.edit"})),
    Area(
        "analytics",
        "Analytics",
        frozenset({"analytics.view"}),
        frozenset({"analytics.refresh", "analytics.plan", "alert.edit", "import.start"}),
    ),
    Area("reports", "Reports", frozenset({"report.view"}), frozenset({"report.edit"})),
    Area("links", "Links", frozenset({"link.view"}), frozenset({"link.edit"})),
    Area("queues", "Queues", frozenset({"queue.view"}), frozenset({"queue.edit"})),
    Area("events", "Events", frozenset({"event.view"})),
    Area("webhooks", "Webhook endpoints", frozenset({"webhook.view"}), frozenset({"webhook.edit"})),
    Area("media", "Media", frozenset({"media.view"}), frozenset({"media.upload", "media.edit", "media.shelve"})),
)  # fmt: skip

SCOPES: Final[Mapping[str, frozenset[str]]] = {
    **{f"{area.name}:read": area.reads for area in AREAS},
    **{f"{area.name}:write": area.reads | area.writes for area in AREAS if area.writes},
}
# What is real wherever it is done: a test key has its test workspaces, and an app, a member or the name of the
# organization is in none.
NOT_FOR_TEST_KEYS: Final = frozenset({
    "app.edit", "member.invite", "member.edit", "member.remove", "organization.edit",
})  # fmt: skip


def permissions_of(scopes: Iterable[str], *, whole_organization: bool) -> frozenset[str]:
    """All that these scopes allow; a name that is no scope any more allows nothing."""
    held = frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
    return held if whole_organization else held - ORGANIZATION_WIDE


def covering(permissions: frozenset[str]) -> list[str]:
    """The scopes that somebody with these permissions may hand on."""
    return [scope for scope, needed in SCOPES.items() if needed <= permissions]


def choices(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """These scopes for a form, kind by kind."""
    held = set(scopes)
    named = [
        (f"{area.name}:{verb}", f"{area.label}: {words}")
        for area in AREAS
        for verb, words in (("read", "read"), ("write", "read and write"))
    ]
    return [(scope, words) for scope, words in named if scope in held]


def in_words(scopes: Iterable[str]) -> str:
    """ "Posts and publications, Media (read)": what a key may do, as people read it."""
    held = set(scopes)
    words = [
        area.label if f"{area.name}:write" in held else f"{area.label} (read)"
        for area in AREAS
        if held & {f"{area.name}:read", f"{area.name}:write"}
    ]
    return ", ".join(words)


assert all(needed <= ALL_PERMISSIONS for needed in SCOPES.values()), "a scope names a permission that nobody holds"  # noqa: S101
