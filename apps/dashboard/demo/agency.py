"""Makes the demo agency: its people, its clients, their accounts and posts."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from apps.core import tenancy
from apps.core.actors import Actor
from apps.dashboard.demo import consent
from apps.dashboard.demo.content import AGENCY, CLIENTS, PASSWORD, PEOPLE, REVIEWED, REVIEWERS, Client, Person
from apps.dashboard.demo.figures import Figures
from apps.dashboard.demo.history import Desk
from apps.dashboard.demo.reviews import Reviews
from apps.platforms import registry
from apps.platforms.capabilities import ConnectBy
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import ConnectSession, SocialAccount
from apps.tenants import services as tenants
from apps.tenants.members import Member, member_of
from apps.tenants.models import Membership, Organization, User, Workspace
from apps.tenants.permissions import Role
from apps.tenants.services.members import give_role


class DemoIncomplete(RuntimeError):
    """Something that the demo stands on is missing."""


def make(mastodon_url: str) -> Organization:
    """The whole agency. Accounts are connected through the consent pages of the sandbox, as a person would."""
    owner = _person(PEOPLE[0])
    organization = tenants.create_organization(
        name=AGENCY, timezone=CLIENTS[0].zone, owner=owner, actor=Actor.user(owner.pk)
    )
    with tenancy.scope(organization_id=organization.pk):
        workspaces = {client.name: _workspace(organization, client, owner) for client in CLIENTS}
        for person in PEOPLE[1:]:
            _join(organization, person, workspaces)
    for client in CLIENTS:
        member = _member(owner, organization, workspaces[client.name])
        accounts = {platform: _connect(member, client, platform, mastodon_url) for platform in registry.names()}
        Desk(member, workspaces[client.name], client, accounts).fill()
        Figures(member, workspaces[client.name], client, accounts).fill()
        if client.name == REVIEWED:
            writer, checker = (_member(_known(email), organization, workspaces[client.name]) for email in REVIEWERS)
            Reviews(writer, checker, client, accounts).fill()
    return organization


def sign_ins() -> list[str]:
    """A line for each person who may sign in."""
    width = max(len(person.email) for person in PEOPLE)
    return [f"  {person.email:<{width}}  {PASSWORD}  {person.role.label.lower()}" for person in PEOPLE]


def _known(email: str) -> User:
    found: User = User.objects.get(email=email)
    return found


def _person(person: Person) -> User:
    user = User.objects.create_user(person.email, PASSWORD, name=person.name)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def _workspace(organization: Organization, client: Client, owner: User) -> Workspace:
    return tenants.create_workspace(
        organization=organization, name=client.name, timezone=client.zone, actor=Actor.user(owner.pk)
    )


def _join(organization: Organization, person: Person, workspaces: dict[str, Workspace]) -> None:
    role = Role(person.role)
    membership = Membership.objects.create(organization=organization, user=_person(person))
    give_role(membership, role, [workspaces[name].pk for name in person.clients])


def _member(owner: User, organization: Organization, workspace: Workspace) -> Member:
    member = member_of(owner, organization.pk, workspace_id=workspace.pk)
    if member is None:
        raise DemoIncomplete("Somebody is no member of the demo agency")
    return member


def _connect(member: Member, client: Client, platform: str, mastodon_url: str) -> SocialAccount:
    handle = client.handle_on(platform)
    needs_address = ConnectBy.INSTANCE_OAUTH in registry.capabilities(platform).connect_by
    address = (handle if platform == "bluesky" else mastodon_url) if needs_address else ""
    workspace = member.workspace
    if workspace is None:
        raise DemoIncomplete("The demo agency has no workspace")
    journey = social_accounts.begin_consent(
        member=member, workspace_id=workspace.pk, platform=platform, address=address
    )
    answer = consent.allow(journey.authorize_url, handle=handle)
    session, accounts = social_accounts.finish_consent(
        member=member, platform=platform, answer=answer, browser_token=journey.browser_token
    )
    return accounts[0] if accounts else _chosen(member, session, handle)


def _chosen(member: Member, session: ConnectSession, handle: str) -> SocialAccount:
    """The channel with this handle, of several that one consent gave: a page, beside the person who runs it."""
    wanted = [channel["remote_id"] for channel in session.channels if channel["handle"] == handle]
    if not wanted:
        raise DemoIncomplete(f"The consent gave no channel {handle!r}")
    with member.scope():
        (account,) = social_accounts.take_channels(session=session, remote_ids=wanted[:1], actor=member.actor)
    return account
