"""Rows for tests, made with one call each. Whatever is not named gets a sensible value of its own.

northlight = factories.organization()
cafe = factories.workspace(northlight, name="Café Luna")
anna = factories.member(northlight, Role.CREATOR, workspaces=[cafe])
post = factories.post(cafe, text="Good morning", accounts=[factories.account(cafe)])
"""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from apps.core import clock, tenancy
from apps.core.secrets import Secret
from apps.media.models import Asset
from apps.posts.models import Part, PartMedia, Post, Variant
from apps.posts.states import PartRole
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import Grant, OAuthApp, OrganizationApp, SocialAccount
from apps.tenants.models import Membership, Organization, User, Workspace, WorkspaceAccess
from apps.tenants.permissions import Role

PASSWORD = "correct horse battery staple"
WHY = "a factory of the tests makes rows"
_numbers = itertools.count(1)


def user(email: str = "", *, name: str = "", password: str = PASSWORD, verified: bool = True, **fields: Any) -> User:
    """A person whose mail address is verified unless told otherwise."""
    number = next(_numbers)
    made = User.objects.create_user(email or f"person{number}@example.org", password, name=name, **fields)
    EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=verified)
    return made


def organization(name: str = "", **fields: Any) -> Organization:
    number = next(_numbers)
    with tenancy.across_tenants(WHY):
        return Organization.objects.create(name=name or f"Agency {number}", slug=f"agency-{number}", **fields)


def workspace(of: Organization | None = None, name: str = "", **fields: Any) -> Workspace:
    of = of or organization()
    with tenancy.across_tenants(WHY):
        return Workspace.plain.create(organization=of, name=name or f"Client {next(_numbers)}", **fields)


def member(
    of: Organization, role: Role = Role.OWNER, *, workspaces: Iterable[Workspace] = (), person: User | None = None
) -> Membership:
    """A person in the organization; a role that is not for all of it holds in `workspaces`."""
    person = person or user(name=role.label)
    with tenancy.across_tenants(WHY):
        made = Membership.plain.create(organization=of, user=person, role=role if role.whole_organization else "")
        for place in () if role.whole_organization else workspaces:
            WorkspaceAccess.plain.create(organization=of, workspace=place, membership=made, role=role)
    return made


def account(
    of: Workspace, platform: str = "mastodon", *, token: str = "token", server: str = "", **fields: Any
) -> SocialAccount:
    """A connected account with a grant of its own; `grant` may be given."""
    number = next(_numbers)
    values = {
        "remote_id": str(number), "handle": f"{platform}{number}", "connected_at": clock.now(), "is_test": of.is_test,
        **fields,
    }  # fmt: skip
    with tenancy.across_tenants(WHY):
        if "grant" not in values:
            values["grant"] = Grant.plain.create(
                organization_id=of.organization_id, platform=platform, server=server, is_test=of.is_test,
                remote_user_id=values["remote_id"], access_token=Secret(token), issued_at=clock.now(),
            )  # fmt: skip
        return SocialAccount.plain.create(organization_id=of.organization_id, workspace=of, platform=platform, **values)


def oauth_app(platform: str = "mastodon", **fields: Any) -> OAuthApp:
    """An application of the deployment at a platform's server."""
    values = {"server": f"https://server{next(_numbers)}.example", "client_id": "client", **fields}
    return OAuthApp.objects.create(platform=platform, client_secret=Secret("app secret"), **values)


def organization_app(of: Workspace, platform: str, *, secret: str, **fields: Any) -> OrganizationApp:
    """An organization's own application."""
    values = {"client_id": f"own{next(_numbers)}", "client_secret": Secret(secret), **fields}
    with tenancy.across_tenants(WHY):
        return OrganizationApp.plain.create(organization_id=of.organization_id, platform=platform, **values)


def picture(*, size: tuple[int, int] = (64, 48), colour: str = "teal", form: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, form)
    return made.getvalue()


def asset(of: Workspace, **fields: Any) -> Asset:
    content = picture(colour=f"#{next(_numbers) % 4096:03x}")
    values = {
        "original_name": "picture.png", "mime_type": "image/png", "size": len(content), "width": 64, "height": 48,
        "sha256": hashlib.sha256(content).hexdigest(), **fields,
    }  # fmt: skip
    with tenancy.across_tenants(WHY):
        made = Asset(organization_id=of.organization_id, workspace=of, **values)
        made.file.save("picture.png", ContentFile(content), save=False)
        made.save()
    return made


def post(
    of: Workspace, text: str = "Good morning", *, accounts: Iterable[SocialAccount] = (), assets: Iterable[Asset] = (),
    **fields: Any,
) -> Post:  # fmt: skip
    """A post with its main part, and a variant for each account. `due_at` gives it an appointment."""
    own = {"organization_id": of.organization_id, "workspace": of}
    if due_at := fields.get("due_at"):
        fields.setdefault("timezone", of.timezone)
        wall = due_at.astimezone(ZoneInfo(fields["timezone"]))
        fields.setdefault("local_due_at", wall.replace(tzinfo=UTC))
    with tenancy.across_tenants(WHY):
        made = Post.plain.create(**own, **fields)
        main = Part.plain.create(**own, post=made, position=0, role=PartRole.MAIN, text=text)
        for position, picture_of_post in enumerate(assets):
            PartMedia.plain.create(**own, part=main, asset=picture_of_post, position=position)
        for target in accounts:
            Variant.plain.create(**own, post=made, account=target)
    return made


def publication(of: Post, on: SocialAccount, *, state: State = State.SCHEDULED, **fields: Any) -> Publication:
    """A publication in any state, with what that state demands."""
    now = clock.now()
    due_at = fields.setdefault("due_at", of.due_at or now)
    fields.setdefault("next_try_at", due_at)
    if state == State.PUBLISHING:
        fields.setdefault("lease_until", now + timedelta(minutes=5))
    if state == State.PUBLISHED:
        fields = {"remote_id": f"remote-{next(_numbers)}", "published_at": now, **fields}
    with tenancy.across_tenants(WHY):
        return Publication.plain.create(
            organization_id=of.organization_id, workspace_id=of.workspace_id, post=of, account=on,
            state=state, revision=of.revision, **fields,
        )  # fmt: skip


def signed_in(person: User | Membership, *, at: Workspace | None = None) -> Client:
    """A browser in which this person has signed in, with that workspace chosen."""
    client = Client()
    who = person.user if isinstance(person, Membership) else person
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    if at:
        session = client.session
        session["organization_id"], session["workspace_id"] = str(at.organization_id), str(at.pk)
        session.save()
    return client
