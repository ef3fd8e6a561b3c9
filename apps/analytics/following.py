"""Consumers of events: a post that went out is read from now on, the past of a new account may be imported, and what a
night brought is judged."""

from __future__ import annotations

import logging

from django.conf import settings

from apps.analytics import services
from apps.analytics.errors import ImportRefused
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.publishing.models import Publication
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from apps.usage.errors import LimitReached

logger = logging.getLogger(__name__)


def follow_post(event: Event) -> None:
    services.follow(Publication.objects.filter(pk=event.subject_id))


def import_on_connect(event: Event) -> None:
    """Where the deployment wants it and the plan has room; nobody asked, so nobody is told where it has not."""
    if not (settings.ANALYTICS_IMPORT_ON_CONNECT and event.payload.get("is_new")):
        return
    account = SocialAccount.objects.filter(pk=event.subject_id).first()
    if account is None:
        return
    try:
        services.start_import(account=account, actor=SYSTEM)
    except (ImportRefused, LimitReached) as error:
        logger.info("The posts of account %s are not imported: %s", account.pk, error)


def check_goals(event: Event) -> None:
    """A night has brought figures: what they reach is told in the morning."""
    workspace = Workspace.objects.filter(pk=event.workspace_id).first()
    if workspace is not None:
        services.check_goals(workspace=workspace)


def watch_anew(event: Event) -> None:
    """A workspace is in use again: nobody is told of what happened while it was not."""
    workspace = Workspace.objects.filter(pk=event.subject_id).first()
    if workspace is not None:
        services.watch_anew(workspace=workspace)


def judge_night(event: Event) -> None:
    """What the night brought is held against the workspace's rules."""
    if event.workspace_id is not None:
        services.look_at(organization_id=event.organization_id, workspace_id=event.workspace_id)
