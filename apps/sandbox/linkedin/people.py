"""Who logged in, which pages they may act for, and what a page is called."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.linkedin import members, restli, urns
from apps.sandbox.linkedin.access import ADMIN_SCOPES, Visit, page_of_elements, valid_token
from apps.sandbox.linkedin.errors import denied, illegal, invalid, not_found

LINKEDIN = "linkedin"
ORGANIZATION_SCOPES = (*ADMIN_SCOPES, "r_organization_social")
ROLES = (
    "ADMINISTRATOR", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER", "ANALYST", "CURATOR",
    "RECRUITING_POSTER", "LEAD_GEN_FORMS_MANAGER",
)  # fmt: skip


async def userinfo(call: Call) -> Response:
    """GET /v2/userinfo: `sub` is the id in the person's URN; the rest comes with its own scopes."""
    token, member = valid_token(call)
    if "openid" not in token.scopes:
        raise denied("Not enough permissions to access: userinfo.GET.NO_VERSION")
    answer: dict[str, Any] = {"sub": urns.id_of(member.id)}
    if "profile" in token.scopes:
        answer |= {
            "name": member.name,
            "given_name": member.data["given_name"],
            "family_name": member.data["family_name"],
            "picture": call.world.avatar_url(member),
            "locale": {"country": "US", "language": "en"},
        }
    if "email" in token.scopes:
        answer |= {"email": member.data["email"], "email_verified": True}
    return JSONResponse(answer)


async def me(call: Call) -> Response:
    """GET /v2/me"""
    token, member = valid_token(call)
    if "r_basicprofile" not in token.scopes:
        raise denied("Not enough permissions to access: me.GET.NO_VERSION")
    return JSONResponse(
        {
            "id": urns.id_of(member.id),
            "localizedFirstName": member.data["given_name"],
            "localizedLastName": member.data["family_name"],
            "vanityName": member.handle,
            "profilePicture": {"displayImage": urns.make("digitalmediaAsset", urns.id_of(member.id))},
        }
    )


async def organization_acls(visit: Visit) -> Response:
    """GET /rest/organizationAcls?q=roleAssignee: the pages on which the caller has a role."""
    visit.need(*ADMIN_SCOPES)
    if visit.text("q") != "roleAssignee":
        raise illegal("The finder is roleAssignee")
    role, state = visit.text("role"), visit.text("state", "APPROVED")
    if role and role not in ROLES:
        raise invalid("INVALID_VALUE_FOR_FIELD", "role", f"{role} is no role")
    if state not in {"APPROVED", "REQUESTED", "REJECTED", "REVOKED"}:
        raise invalid("INVALID_VALUE_FOR_FIELD", "state", f"{state} is no state")
    elements = [_acl(visit, page) for page in members.pages_of(visit.world, visit.member)]
    wanted = [one for one in elements if state == "APPROVED" and role in {"", one["role"]}]
    return JSONResponse(page_of_elements(visit, wanted))


def _acl(visit: Visit, page: Account) -> dict[str, Any]:
    return {
        str(visit.world.setting(LINKEDIN, "acl_key")): page.id,
        "role": members.role_on(visit.world, visit.member, page.id),
        "roleAssignee": visit.member.id,
        "state": "APPROVED",
    }


async def organization(visit: Visit) -> Response:
    """GET /rest/organizations/{id}: a page that the caller administers."""
    visit.need(*ADMIN_SCOPES)
    urn = urns.make(urns.ORGANIZATION, str(restli.path_key(visit.call)))
    page = visit.world.account(LINKEDIN, urn)
    if page is None:
        raise not_found(f"Could not find organization {urn}")
    if not members.role_on(visit.world, visit.member, urn):
        raise visit.refusal()
    return JSONResponse(_organization(page))


async def organizations_lookup(visit: Visit) -> Response:
    """GET /rest/organizationsLookup?ids=List(1,2): names of any pages."""
    visit.need(*ORGANIZATION_SCOPES)
    ids = visit.query.get("ids")
    if not isinstance(ids, list):
        raise illegal("The parameter ids is a List")
    results, errors = {}, {}
    for id in ids:
        if page := visit.world.account(LINKEDIN, urns.make(urns.ORGANIZATION, id)):
            results[id] = _organization(page)
        else:
            errors[id] = {"status": 404, "code": "RESOURCE_NOT_FOUND", "message": "Could not find organization"}
    return JSONResponse({"results": results, "statuses": dict.fromkeys(results, 200), "errors": errors})


async def organizations_by_name(visit: Visit) -> Response:
    """GET /rest/organizations?q=vanityName&vanityName=acme"""
    visit.need(*ORGANIZATION_SCOPES)
    if visit.text("q") != "vanityName" or not visit.text("vanityName"):
        raise illegal("The finder is vanityName")
    page = members.page_by_vanity_name(visit.world, visit.text("vanityName"))
    found = [_organization(page)] if page else []
    return JSONResponse(page_of_elements(visit, found))


def _organization(page: Account) -> dict[str, Any]:
    id = urns.id_of(page.id)
    return {
        "id": int(id),
        "localizedName": page.name,
        "vanityName": page.handle,
        "logoV2": {"original": urns.make("digitalmediaAsset", id)},
        "primaryOrganizationType": "NONE",
    }
