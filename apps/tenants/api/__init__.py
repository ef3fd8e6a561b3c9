"""Operations on who is who: the organization, its workspaces, its members, its keys."""

from __future__ import annotations

from apps.tenants.errors import LastOwner, NameTaken, OwnersOnly, Refused
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Fault, Problem


@problems.of(Refused)
def _refused(error: Refused) -> Problem:
    if error.field:
        return problems.invalid(f"/{error.field}", str(error))
    return Problem(409, "refused", str(error))


@problems.of(NameTaken)
def _taken(error: NameTaken) -> Problem:
    return Problem(409, "taken", str(error), faults=[Fault(f"/{error.field}", "taken", str(error))])


@problems.of(LastOwner)
def _last(error: LastOwner) -> Problem:
    return Problem(409, "last_owner", str(error))


@problems.of(OwnersOnly)
def _owners(error: OwnersOnly) -> Problem:
    return Problem(403, "owners_only", "An owner is made, changed and removed by an owner, and never by a key.")
