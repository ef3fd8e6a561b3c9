"""A small agency with one of everything in one of its workspaces, and the people who come to its doors.

Whatever belongs to that workspace has Zanzibar in its name, so that a page which shows it to a stranger can be told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile

from apps.analytics.models import (
    Alert,
    AlertRule,
    Goal,
    HistoryUpload,
    Import,
    ImportedPost,
    MixShare,
    Reading,
    Refresh,
    UploadedPost,
)
from apps.analytics.states import Aim, Format, ImportState
from apps.approvals import services as approvals
from apps.approvals.deciders import Decider
from apps.approvals.models import Guest, ReviewedPost, ReviewLink
from apps.approvals.steps import DECIDING_ROLES
from apps.compliance.models import Erasure, Export
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM
from apps.core.ids import new_id
from apps.core.secrets import Secret
from apps.links.models import Link, LinkDomain
from apps.media.models import Asset, CaptionTrack, Folder, Upload
from apps.media.services import put_on_shelf
from apps.posts.models import Campaign, Label, PostLabel, Queue, Slot, Template, TemplateLabel
from apps.publishing.models import WRITTEN, FollowUp, Publication, Stop
from apps.publishing.restraints import Scope
from apps.publishing.states import State
from apps.reports.models import Report, ReportFile, ReportLink, ReportTemplate, Schedule
from apps.reports.plan import Kind, Plan, Section
from apps.reports.states import ReportState
from apps.social_accounts.models import ConnectSession, Grant, OrganizationApp, PortalLink, ReturnOrigin, SocialAccount
from apps.tenants.models import AnsweredRequest, ApiKey, Invitation, Membership, Workspace
from apps.tenants.permissions import Role
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from tests.support import factories

MARK = "Zanzibar"
STATES = (State.SCHEDULED, State.FAILED, State.HELD, State.NEEDS_ATTENTION, State.PUBLISHED)


@dataclass
class World:
    """`arguments` has a real id for each named part of an address; `others` has rows in particular states."""

    workspace: Workspace
    elsewhere: Workspace
    foreign: Workspace
    arguments: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    members: dict[Role, Membership] = field(default_factory=dict)
    neighbour: Membership | None = None
    stranger: Membership | None = None


def build() -> World:
    agency = factories.organization(name="Quillon Agency")
    world = World(
        workspace=factories.workspace(agency, name=f"{MARK} Café"),
        elsewhere=factories.workspace(agency, name="Elsewhere"),
        foreign=factories.workspace(name="Foreign client"),
    )
    _fill(world)
    _invite_people(world)
    _put_under_review(world)
    world.arguments |= {
        "platform": "mastodon",
        "year": 2026,
        "month": 11,
        "period": "2026-11",
        "form": "csv",
        "token": "no-such-token",
        "slug": "no-such-page",
        "guide_name": "quick-start",
        "code": "NOCODE",
    }
    world.others |= {"app_platform": "linkedin", "heard_platform": "tiktok"}
    return world


def unknown(world: World) -> dict[str, Any]:
    """The same arguments with ids that nobody has."""
    return {name: new_id() if isinstance(value, UUID) else value for name, value in world.arguments.items()}


def _fill(world: World) -> None:
    place, now = world.workspace, clock.now()
    account = factories.account(place, handle=MARK, name=MARK, server="https://127.0.0.1:9")
    asset = factories.asset(place, original_name=f"{MARK}.png", alt=MARK)
    draft = factories.post(place, f"{MARK} draft", accounts=[account], title=MARK)
    for state in STATES:
        due_at = now + timedelta(hours=3)
        written = factories.post(place, f"{MARK} {state}", accounts=[account], due_at=due_at, title=MARK)
        publication = factories.publication(written, account, state=state)
        world.others[state] = publication.pk
        world.others[f"{state}_post"] = written.pk
        if state == State.SCHEDULED:
            world.others["planned"] = written.pk
    second = factories.account(place, handle=f"{MARK}2", name=MARK, grant=account.grant)
    with tenancy.scope(organization_id=place.organization_id):
        own = {"organization_id": place.organization_id, "workspace": place}
        stop = Stop.objects.create(**own, scope=Scope.ACCOUNT, account=second, reason=MARK)
        follow_up = FollowUp.objects.create(
            **own, publication=Publication.objects.get(state=State.PUBLISHED), position=1, role="reply",
            text=MARK, state=State.FAILED, next_try_at=now,
        )  # fmt: skip
        later = now + timedelta(hours=3)
        comment = FollowUp.objects.create(
            **own, publication=follow_up.publication, position=1000, role=WRITTEN, text=MARK, due_at=later,
            next_try_at=later,
        )  # fmt: skip
        folder = Folder.objects.create(**own, name=MARK)
        queue = Queue.objects.create(**own, name=MARK, slots_made=1)
        slot = Slot.objects.create(**own, queue=queue, number=1, weekday=0, at=time(9))
        label = Label.objects.create(**own, name=MARK)
        campaign = Campaign.objects.create(**own, name=MARK, goal=MARK)
        template = Template.objects.create(**own, name=MARK, parts=[{"role": "main", "text": MARK, "link": ""}])
        PostLabel.objects.create(**own, post=draft, label=label)
        TemplateLabel.objects.create(**own, template=template, label=label)
        item = put_on_shelf(asset_id=asset.pk, actor=SYSTEM)
        track = _captions(asset)
        upload = Upload.objects.create(
            **own,
            name=f"{MARK}.mp4",
            declared_size=4,
            storage_name="incoming/zanzibar",
            expires_at=now + timedelta(days=1),
        )
    with tenancy.scope(organization_id=place.organization_id):
        link = Link.objects.create(
            **own, written="https://zanzibar.example/", destination="https://zanzibar.example/", title=MARK,
            outgoing="http://127.0.0.1:8000/l/zanzibr", code="zanzibr",
        )  # fmt: skip
        domain = LinkDomain.objects.create(**own, host="go.zanzibar.example", token="zanzibar")
    world.arguments |= {"short_link_id": link.pk, "domain_id": domain.pk}
    _measure(world, account, second)
    _report(world)
    world.arguments |= {
        "workspace_id": place.pk, "account_id": account.pk, "asset_id": asset.pk, "post_id": draft.pk,
        "folder_id": folder.pk, "item_id": item.pk, "upload_id": upload.pk, "track_id": track.pk, "name": "file.png",
        "publication_id": world.others[State.SCHEDULED], "follow_up_id": follow_up.pk, "comment_id": comment.pk,
        "queue_id": queue.pk, "slot_id": slot.pk,
        "stop_id": stop.pk, "label_id": label.pk, "campaign_id": campaign.pk, "template_id": template.pk,
    }  # fmt: skip


def _put_under_review(world: World) -> None:
    """A policy for posts to one account only, so that all others go out as ever; and one such post under review."""
    place = world.workspace
    with tenancy.across_tenants(factories.WHY):
        grant = SocialAccount.plain.get(pk=world.arguments["account_id"]).grant
    account = factories.account(place, handle=f"{MARK}3", name=MARK, grant=grant)
    asked, unasked = (factories.post(place, f"{MARK} review", accounts=[account]) for _ in range(2))
    step = {
        "key": "one", "name": MARK, "roles": [role.value for role in DECIDING_ROLES], "programs": True,
        "guests": True, "rules": [{"kind": "account", "values": [str(account.pk)]}],
    }  # fmt: skip
    with tenancy.scope(organization_id=place.organization_id):
        approvals.set_policy(workspace_id=place.pk, steps=[step], actor=SYSTEM)
        request = approvals.submit(post=asked, actor=SYSTEM)
        said = approvals.comment(post=asked, text=MARK, by=Decider.of(SYSTEM))
        hour = {"kind": "time", "local": "2027-01-04T10:00", "zone": "UTC"}
        proposed = approvals.comment(post=asked, text=MARK, by=Decider.of(SYSTEM), anchor=hour)
        own = {"organization_id": place.organization_id, "workspace": place}
        guest = Guest.objects.create(**own, name=MARK, email=f"{MARK.lower()}@example.org")
        link = ReviewLink.objects.create(
            **own, guest=guest, kind="selection", title=MARK, token_hash="6" * 64,
            expires_at=clock.now() + timedelta(days=1),
        )  # fmt: skip
        ReviewedPost.objects.create(**own, link=link, post=asked)
        person = world.members[Role.MANAGER].user_id
        group = approvals.make_group(name=MARK, people=[person], workspace_id=place.pk, actor=SYSTEM)
        today = clock.now().date()
        absence = approvals.note_absence(
            user_id=person, starts_on=today, ends_on=today, zone="UTC", delegate_id=None, actor=SYSTEM
        )
    world.arguments |= {
        "request_id": request.pk, "thread_id": said.thread_id, "guest_id": guest.pk, "review_link_id": link.pk,
        "group_id": group.pk, "absence_id": absence.pk,
    }  # fmt: skip
    world.others |= {
        "asked": asked.pk, "unasked": unasked.pk, "for_client": asked.pk, "review_link": link.pk,
        "time_thread": proposed.thread_id,
    }  # fmt: skip


def _measure(world: World, account: SocialAccount, other: SocialAccount) -> None:
    place, now = world.workspace, clock.now()
    own = {"organization_id": place.organization_id, "workspace": place}
    with tenancy.scope(organization_id=place.organization_id):
        reading = Reading.objects.create(**own, account=account)
        wish = Refresh.objects.create(**own, reading=reading, asked_at=now)
        brought = Import.objects.create(**own, account=account, most=5, next_try_at=now)
        failed = Import.objects.create(
            **own, account=other, most=5, next_try_at=now, state=ImportState.FAILED, ended_at=now
        )
        found = ImportedPost.objects.create(
            **own, account=account, came_by=brought, remote_id="1", text=MARK, published_at=now, taken_at=now
        )
        span = {"begins_on": date(2026, 11, 1), "ends_on": date(2026, 12, 31)}
        goal = Goal.objects.create(**own, account=account, aim=Aim.FOLLOWERS, target=900, **span)
        MixShare.objects.create(**own, format=Format.VIDEO, percent=30)
        history = {"account": account, "kind": "accounts", "name": MARK, "total": 1, "next_try_at": now}
        uploaded = HistoryUpload.objects.create(**own, **history)
        known = UploadedPost.objects.create(
            **own, account=account, upload=uploaded, remote_id="2", day=now.date(), text=MARK, taken_at=now, likes=3
        )
        stopped = HistoryUpload.objects.create(**own, **history, state=ImportState.FAILED, ended_at=now)
        rule = AlertRule.objects.create(
            **own, name=MARK, kind="drop", metric="views", threshold=50, watches_from=now.date()
        )
        alert = Alert.objects.create(
            **own, rule=rule, version=1, account=account, window_on=now.date(), day=now.date(), value=1, usual=9,
            found_at=now,
        )  # fmt: skip
    world.arguments |= {
        "refresh_id": wish.pk, "import_id": brought.pk, "rule_id": rule.pk, "alert_id": alert.pk,
        "imported_id": found.pk, "uploaded_id": known.pk,
        "history_id": uploaded.pk, "kind": "accounts", "what": "account-days", "goal_id": goal.pk,
    }  # fmt: skip
    world.others |= {"failed_import": failed.pk, "failed_history": stopped.pk}


def _report(world: World) -> None:
    """A report that is ready, and one that failed; of the client's name there is one file to fetch."""
    place, now = world.workspace, clock.now()
    own = {"organization_id": place.organization_id, "workspace": place}
    plan = Plan(MARK, (Section(Kind.SUMMARY, text=MARK),)).as_data()
    data = {
        "format": 1, "agency": "Quillon Agency", "client": MARK, "title": MARK, "language": "en", "timezone": "UTC",
        "colour": "", "names_product": True, "as_of": now.isoformat(),
        "period": {"first": "2026-10-01", "last": "2026-10-31"},
        "compared": None, "accounts": [], "apart": [], "sections": [{"kind": "summary", "heading": "", "text": MARK}],
    }  # fmt: skip
    days = {"name": MARK, "plan": plan, "first": date(2026, 10, 1), "last": date(2026, 10, 31), "next_try_at": now}
    with tenancy.scope(organization_id=place.organization_id):
        template = ReportTemplate.objects.create(**own, name=MARK, plan=plan)
        schedule = Schedule.objects.create(**own, template=template, recipients=[f"{MARK}@example.org"], next_at=now)
        ready = Report.objects.create(
            **own,
            **days,
            template=template,
            state=ReportState.READY,
            data=data,
            sha256="6" * 64,
            as_of=now,
            ready_at=now,
        )
        failed = Report.objects.create(**own, **days, state=ReportState.FAILED)
        link = ReportLink.objects.create(
            **own, report=ready, token_hash="7" * 64, note=MARK, expires_at=now + timedelta(days=1)
        )
        for kind in ("pdf", "csv", "xlsx"):
            file = ReportFile(**own, report=ready, kind=kind, size=8, sha256="8" * 64)
            file.file.save(f"report.{kind}", ContentFile(MARK.encode()))
    world.arguments |= {
        "report_id": ready.pk, "report_template_id": template.pk, "report_schedule_id": schedule.pk,
        "report_link_id": link.pk, "file_kind": "csv",
    }  # fmt: skip
    world.others["failed_report"] = failed.pk


def _captions(asset: Asset) -> CaptionTrack:
    words = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"
    track = CaptionTrack(
        organization_id=asset.organization_id, workspace_id=asset.workspace_id, asset=asset, language="en",
        size=len(words), sha256=hashlib.sha256(words.encode()).hexdigest(),
    )  # fmt: skip
    track.file.save("said.vtt", ContentFile(words.encode()))
    return track


def _invite_people(world: World) -> None:
    place = world.workspace
    agency = place.organization
    for role in Role:
        world.members[role] = factories.member(agency, role, workspaces=[place])
    world.neighbour = factories.member(agency, Role.MANAGER, workspaces=[world.elsewhere])
    world.stranger = factories.member(world.foreign.organization, Role.OWNER)
    guest = factories.member(agency, Role.VIEWER, workspaces=[place], person=factories.user(name=MARK))
    with tenancy.scope(organization_id=agency.pk):
        own = {"organization_id": agency.pk}
        invitation = Invitation.objects.create(
            **own, email=f"{MARK.lower()}@example.org", role=Role.ADMIN, token_hash="0" * 64,
            expires_at=clock.now() + timedelta(days=1),
        )  # fmt: skip
        journey = ConnectSession.objects.create(
            **own, workspace=place, user=guest.user, platform="mastodon", state_hash="1" * 64, browser_hash="2" * 64,
            keep=Secret("verifier"), expires_at=clock.now() + timedelta(minutes=10), grant=Grant.objects.first(),
        )  # fmt: skip
        export = Export.objects.create(**own, workspace=place)
        link = PortalLink.objects.create(
            **own, workspace=place, note=MARK, platforms=["mastodon"], token_hash="3" * 64,
            expires_at=clock.now() + timedelta(days=1),
        )  # fmt: skip
        app = OrganizationApp(**own, platform="tiktok", client_id=MARK, client_secret=Secret("the agency's own"))
        app.save()
        key = ApiKey.objects.create(
            **own, workspace=place, name=MARK, mode="live", scopes=["posts:read"], lookup="zanzibar",
            secret_hash="4" * 64,
        )  # fmt: skip
        AnsweredRequest(
            **own, workspace=place, api_key=key, key=MARK, fingerprint="5" * 64, started_at=clock.now()
        ).save()
        endpoint = Endpoint(**own, workspace=place, url=f"https://{MARK.lower()}.example/", secret=Secret("whsec_MDA="))
        endpoint.save()
        delivery = Delivery.objects.create(**own, workspace=place, endpoint=endpoint)
        DeliveryAttempt.objects.create(**own, workspace=place, delivery=delivery, number=1, started_at=clock.now())
        origin = ReturnOrigin.objects.create(**own, origin=f"https://{MARK.lower()}.example")
    erasure = Erasure.objects.create(
        of_organization=agency.pk, asked_by=guest.user.pk, code="A" * 16, due_at=clock.now(), next_try_at=clock.now()
    )
    world.arguments |= {
        "app_id": app.pk,
        "key_id": key.pk,
        "endpoint_id": endpoint.pk,
        "delivery_id": delivery.pk,
        "origin_id": origin.pk,
        "link_id": link.pk,
        "membership_id": guest.pk,
        "invitation_id": invitation.pk,
        "session_id": journey.pk,
        "export_id": export.pk,
        "erasure_id": erasure.pk,
    }
