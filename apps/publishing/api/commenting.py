"""From what a request says to the remarks that services take, and from what they refuse to its place in the request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from apps.posts.content import MediaContent
from apps.posts.problem import ReadinessProblem
from apps.posts.selectors import known_assets
from apps.publishing.api.writing import media_content, not_among
from apps.publishing.errors import CommentRefused
from apps.publishing.models import Publication
from apps.publishing.remarks import Remark, Remarks
from apps.tenants.rest import ids, problems
from apps.tenants.rest.problems import Fault, Problem
from apps.tenants.rest.workspaces import refuse

POINTERS: Final = {"due_at": "/scheduled_at", "accounts": "/accounts", "parent": "/parent"}
CANNOT: Final = "The comment cannot go out like this; errors says why."
Said = Mapping[str, Any]


def remarks_of(said: Said, publications: Collection[Publication], *, workspace_id: UUID) -> Remarks:
    """What is said on each account. Raises Problem with the place of every foreign id, and of an account on which the
    comment is not written or that is named twice."""
    _refuse_elsewhere(said["overrides"], {row.account_id for row in publications})
    _refuse_unknown(said, workspace_id)
    usual = Remark(said["text"], media_content(said["media"]))
    return Remarks(usual, {one["account"]: _differing(one, usual) for one in said["overrides"]})


def files_of(said: Said, *, workspace_id: UUID) -> tuple[MediaContent, ...] | None:
    """The files that a change names; None where it names none."""
    if "media" not in said:
        return None
    _refuse_unknown(said, workspace_id)
    return media_content(said["media"])


def refusal(error: CommentRefused, said: Said) -> Problem:
    """Each fault in the override that it is about, where there is one."""
    own = {one["account"]: (f"/overrides/{number}", one) for number, one in enumerate(said.get("overrides", ()))}
    return Problem(422, "not_ready", CANNOT, faults=[_fault(problem, own) for problem in error.problems])


@problems.of(CommentRefused)
def _refused(error: CommentRefused) -> Problem:
    return refusal(error, {})


def _fault(problem: ReadinessProblem, own: Mapping[UUID, tuple[str, Said]]) -> Fault:
    account = ids.public(ids.ACCOUNT, problem.account_id) if problem.account_id else ""
    if pointer := POINTERS.get(problem.field, ""):
        return Fault(pointer, problem.code, problem.words, account=account)
    place = "text" if problem.field == "role" else problem.field.replace(".", "/")
    prefix, override = own.get(problem.account_id, ("", {})) if problem.account_id else ("", {})
    is_there = override.get(place.partition("/")[0]) is not None
    return Fault(f"{prefix if is_there else ''}/{place}", problem.code, problem.words, account=account)


def _differing(said: Said, usual: Remark) -> Remark:
    text, media = said.get("text"), said.get("media")
    return Remark(usual.text if text is None else text, usual.media if media is None else media_content(media))


def _refuse_elsewhere(overrides: Collection[Said], written_on: Collection[UUID]) -> None:
    seen: set[UUID] = set()
    for number, one in enumerate(overrides):
        if one["account"] not in written_on or one["account"] in seen:
            words = "named twice" if one["account"] in seen else "not among those that this is written on"
            raise problems.invalid(f"/overrides/{number}/account", f"This account is {words}.")
        seen.add(one["account"])


def _refuse_unknown(said: Said, workspace_id: UUID) -> None:
    files = dict(_named(said.get("media"), "/media"))
    for number, one in enumerate(said.get("overrides", ())):
        files |= dict(_named(one.get("media"), f"/overrides/{number}/media"))
    refuse(not_among(known_assets, files, workspace_id))


def _named(media: Collection[Said] | None, place: str) -> Iterator[tuple[str, UUID]]:
    for number, one in enumerate(media or ()):
        yield f"{place}/{number}/media", one["media"]
