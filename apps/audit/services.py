"""The diary's one verb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.actors import Actor
from apps.core.payloads import as_json
from apps.core.rows import fresh
from apps.core.subjects import Subject
from apps.core.together import write


def record(verb: str, *, subject: Subject, actor: Actor, diff: Mapping[str, Any] | None = None) -> Entry:
    """Write that `actor` did `verb` to `subject`, in the caller's transaction.

    `diff` says what changed, and holds neither a Secret nor the words of a post.
    """
    tenancy.require_organization(subject.organization_id)
    entry = fresh(
        Entry,
        organization_id=subject.organization_id,
        workspace_id=getattr(subject, "workspace_id", None),
        verb=verb,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        actor_kind=actor.kind,
        actor_id=actor.id,
        request_id=actor.request_id,
        address=actor.address,
        diff=as_json(diff),
    )
    write([entry])
    return entry
