"""Who a consent speaks for: the member, and the pages they may post for, as channels that share its tokens.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from apps.platforms.adapters.linkedin import permits
from apps.platforms.adapters.linkedin.line import Line, encoded, has_next, objects_of, text_of
from apps.platforms.contract import Channel, Profile
from apps.platforms.errors import NotSent, PlatformError, Throttled

MOST_PAGES: Final = 20  # of the list of roles, each of up to 100
# CONTENT_ADMIN has two spellings; a role that LinkedIn does not know by this name is passed over.
ROLES: Final = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER")
_ORGANIZATION_KEYS: Final = ("organization", "organizationTarget", "organizationalTarget")


def read_member(line: Line, *, by_openid: bool) -> Profile:
    """The member, by whichever of the two identities the consent covers."""
    if by_openid:
        said = line.read(permits.USERINFO, "/v2/userinfo")
        remote_id, name, handle = text_of(said, "sub"), text_of(said, "name"), ""
    else:
        said = line.read(permits.ME, "/v2/me")
        names = (text_of(said, "localizedFirstName"), text_of(said, "localizedLastName"))
        remote_id, name, handle = text_of(said, "id"), " ".join(names).strip(), text_of(said, "vanityName")
    if not remote_id:
        raise NotSent("LinkedIn did not say whose account this is.")
    return Profile(
        remote_id=f"{permits.MEMBER}{remote_id}",
        handle=handle or name or remote_id,
        name=name or handle or remote_id,
        url=line.www(f"/in/{encoded(handle)}/") if handle else "",
        avatar_url=text_of(said, "picture"),
    )


def read_page(line: Line, urn: str) -> Profile:
    number = urn.removeprefix(permits.PAGE)
    said = line.read(permits.PAGE_PROFILE, f"/rest/organizations/{encoded(number)}")
    if text_of(said, "id") not in {number, urn} and not text_of(said, "localizedName"):
        raise NotSent("LinkedIn did not say which page this is.")
    name, handle = text_of(said, "localizedName"), text_of(said, "vanityName")
    return Profile(
        remote_id=urn,
        handle=handle or number,
        name=name or handle or number,
        url=line.www(f"/company/{encoded(handle or number)}/"),
    )


def check(line: Line) -> Profile:
    """The page or the member that the credential acts for."""
    if line.is_page:
        return replace(read_page(line, line.author), limits=limits_of(line))
    by_openid = line.credential is not None and "openid" in line.credential.scopes
    return replace(read_member(line, by_openid=by_openid), limits=limits_of(line))


def limits_of(line: Line) -> dict[str, bool]:
    """What the platform can do and this channel cannot, for its consent does not cover it."""
    wanted = {"first_comment": permits.COMMENT, "findable": permits.POSTS}
    return {name: False for name, call in wanted.items() if not line.allows(call)}


# --- channels ---------------------------------------------------------------------------------------------------------


def channels(line: Line, member: Profile) -> list[Channel]:
    granted = line.credential.scopes if line.credential else ()
    pages = _pages(line, member) if not granted or "w_organization_social" in granted else []
    own = [_channel(line, member, permits.MEMBER_KIND)] if not granted or "w_member_social" in granted else []
    return [*own, *(_channel(line, page, permits.PAGE_KIND) for page in pages)]


def _channel(line: Line, profile: Profile, kind: str) -> Channel:
    return Channel(
        remote_id=profile.remote_id,
        kind=kind,
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        avatar_url=profile.avatar_url,
        limits=limits_of(line.acting_for(profile.remote_id)),
    )


def _pages(line: Line, member: Profile) -> list[Profile]:
    urns: dict[str, None] = {}
    for role in ROLES:
        try:
            urns |= dict.fromkeys(_with_role(line, role))
        except (NotSent, Throttled):
            raise
        except PlatformError:
            if role == ROLES[0]:
                raise
    return [_introduced(line, urn) for urn in urns]


def _with_role(line: Line, role: str) -> list[str]:
    """The pages that the member has this role on."""
    urns: list[str] = []
    for number in range(MOST_PAGES):
        query = f"q=roleAssignee&role={role}&state=APPROVED&start={number * 100}&count=100"
        said = line.read(permits.ROLES, f"/rest/organizationAcls?{query}", restli="FINDER")
        elements = objects_of(said, "elements")
        if elements is None:
            raise NotSent("LinkedIn did not say which pages there are.")
        found = [next((urn for key in _ORGANIZATION_KEYS if (urn := text_of(one, key))), "") for one in elements]
        urns += [urn for urn in found if urn.startswith(permits.PAGE)]
        if not has_next(said):
            break
    return urns


def _introduced(line: Line, urn: str) -> Profile:
    """A page by name; one that LinkedIn does not introduce to us is known by its number."""
    try:
        return read_page(line, urn)
    except PlatformError:
        number = urn.removeprefix(permits.PAGE)
        return Profile(urn, number, f"LinkedIn page {number}", url=line.www(f"/company/{number}/"))
