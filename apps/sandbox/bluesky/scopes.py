"""OAuth scopes of atproto: what a granted scope string permits.

`transition:generic` permits what an app password does. Granular scopes name a resource and its parameters, as in
`repo:app.bsky.feed.post?action=create` or `blob:image/*`; `include:` names a published permission set.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from .schema import type_matches

ACTIONS = ("create", "update", "delete")

_NSID = r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+)+"
_TRANSITIONS = {"transition:generic", "transition:email", "transition:chat.bsky"}
_CONTENT = ("app.bsky.feed.post", "app.bsky.feed.threadgate", "app.bsky.feed.postgate")
# What each permission set grants on repositories; the calls the others grant go to the AppView, which is not here.
_SETS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "app.bsky.authCreatePosts": (_CONTENT, ("create",)),
    "app.bsky.authDeleteContent": ((*_CONTENT, "app.bsky.feed.like", "app.bsky.feed.repost"), ("delete",)),
    "app.bsky.authFullApp": (
        (*_CONTENT, "app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.graph.follow", "app.bsky.actor.profile"),
        ACTIONS,
    ),
    "app.bsky.authViewAll": ((), ()),
    "app.bsky.authManageNotifications": ((), ()),
}


class MalformedScope(ValueError):
    """A scope value that no server would understand."""


class ScopeMissing(Exception):
    """The token lacks a permission; `scope` is the one that would do."""

    def __init__(self, scope: str) -> None:
        super().__init__(f'Missing required scope "{scope}"')
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the bearer may do, read from the scope string of a token."""

    scope: str

    def require_write(self, collection: str, *actions: str) -> None:
        """Pass when each action on the collection is granted; ScopeMissing names the first that is not."""
        for action in actions:
            if not any(_grants_write(value, collection, action) for value in values(self.scope)):
                raise ScopeMissing(f"repo:{collection}?action={action}")

    def require_blob(self, mime_type: str) -> None:
        """Pass when a file of this type may be uploaded."""
        if not any(_grants_blob(value, mime_type) for value in values(self.scope)):
            raise ScopeMissing(f"blob:{mime_type}")

    def require_rpc(self, method: str, audience: str) -> None:
        """Pass when a service token for this method of this audience may be had."""
        if not any(_grants_rpc(value, method, audience) for value in values(self.scope)):
            raise ScopeMissing(f"rpc:{method}?aud={audience}")

    @property
    def may_read_email(self) -> bool:
        """Whether `getSession` may show the e-mail address."""
        return not {"transition:email", "account:email"}.isdisjoint(values(self.scope))


def values(scope: str) -> list[str]:
    """The single values of a scope string."""
    return scope.split()


def require_known(value: str) -> None:
    """MalformedScope unless `value` is a scope this server can grant."""
    resource, names, parameters = _parts(value)
    known = {
        "atproto": not names and not parameters,
        "transition": value in _TRANSITIONS,
        "repo": bool(names)
        and all(name == "*" or re.fullmatch(_NSID, name) for name in names)
        and set(parameters.get("action", ())) <= set(ACTIONS),
        "blob": bool(names) and all(re.fullmatch(r"[\w*.+-]+/[\w*.+-]+", name) for name in names),
        "rpc": bool(names) and "aud" in parameters and not ("*" in names and "*" in parameters["aud"]),
        "account": bool(names),
        "identity": bool(names),
        "include": len(names) == 1 and names[0] in _SETS,
    }
    if not known.get(resource, False):
        raise MalformedScope(f'Scope "{value}" is not supported')


_POSITIONAL = {"repo": "collection", "blob": "accept", "rpc": "lxm", "account": "attr", "identity": "attr"}


def _parts(value: str) -> tuple[str, list[str], dict[str, list[str]]]:
    """Resource, what it names (before the question mark or as a parameter), and the parameters left."""
    head, _, query = value.partition("?")
    resource, _, name = head.partition(":")
    parameters = parse_qs(query, keep_blank_values=True)
    names = [name] if name else parameters.pop(_POSITIONAL.get(resource, ""), [])
    return resource, names, parameters


def _grants_write(value: str, collection: str, action: str) -> bool:
    if value == "transition:generic":
        return True
    resource, names, parameters = _parts(value)
    if resource == "include":
        collections, actions = _SETS.get(names[0], ((), ())) if names else ((), ())
        return collection in collections and action in actions
    return (
        resource == "repo" and not {"*", collection}.isdisjoint(names) and action in parameters.get("action", ACTIONS)
    )


def _grants_blob(value: str, mime_type: str) -> bool:
    resource, names, _ = _parts(value)
    return value == "transition:generic" or (
        resource == "blob" and any(type_matches(name, mime_type) for name in names)
    )


def _grants_rpc(value: str, method: str, audience: str) -> bool:
    """Permission sets name audiences with a service (`did#service`), which no bare DID matches."""
    resource, names, parameters = _parts(value)
    return value == "transition:generic" or (
        resource == "rpc"
        and not {"*", method}.isdisjoint(names)
        and not {"*", audience}.isdisjoint(parameters.get("aud", ()))
    )


def spoken(scope: str) -> Iterator[str]:
    """What the consent page tells the person, a line for each kind of permission."""
    yield "Know who you are (your DID and handle)"
    granted = values(scope)
    if "transition:generic" in granted:
        yield "Publish, change and delete posts and upload files, as an app password could"
    for value in granted:
        resource, names, parameters = _parts(value)
        if resource == "repo":
            yield f"{', '.join(parameters.get('action', ACTIONS)).capitalize()} records of {', '.join(names)}"
        elif resource == "blob":
            yield f"Upload files of type {', '.join(names)}"
        elif resource == "include":
            yield f"Everything in the permission set {names[0]}"
        elif value in ("transition:email", "account:email"):
            yield "Read your e-mail address"
