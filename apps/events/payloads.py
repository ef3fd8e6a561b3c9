"""What each event says in its `data`, as JSON Schema: one entry for each name of the catalogue.

The schema of the API is written from it, and in tests whatever the application emits is held against it. No field is
required: what told of a person who asked to be forgotten is taken out of what was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
YES_OR_NO: Final[Schema] = {"type": "boolean"}
ID: Final[Schema] = {"type": "string", "format": "uuid"}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
DAY: Final[Schema] = {"type": "string", "format": "date"}
WALL_TIME: Final[Schema] = {"type": "string", "description": "The time on the clocks of `timezone`."}


def many(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def maybe(one: Schema) -> Schema:
    return {**one, "type": [one["type"], "null"]}


def told(words: str, one: Schema) -> Schema:
    return {**one, "description": words}


def thing(**fields: Schema) -> Schema:
    return {"type": "object", "properties": fields}


_PLACE: Final[Mapping[str, Schema]] = {"account_id": ID, "platform": TEXT}
_TROUBLE: Final[Mapping[str, Schema]] = {
    "problem": told("What it is, for programs.", TEXT),
    "words": told("What it is, for people.", TEXT),
}
_REMOTE: Final[Mapping[str, Schema]] = {
    "remote_id": told("The platform's name for it.", TEXT),
    "remote_url": told("Where it can be looked at; empty where that is not known.", TEXT),
}
_HOW: Final = told("taken_down, found_gone, told_gone or said_gone: how it is known.", TEXT)

POST: Final = thing()
CHANGED_POST: Final = thing(revision=WHOLE)
PLANNED: Final = thing(due_at=INSTANT, local_due_at=WALL_TIME, timezone=TEXT, revision=WHOLE)
WHOLE_POST: Final = thing(publications=many(thing(account_id=ID, state=TEXT, remote_url=TEXT)))
PUBLICATION: Final = thing(post_id=ID, **_PLACE, **_TROUBLE, next_try_at=INSTANT)
PUBLISHED: Final = thing(
    post_id=ID, **_PLACE, **_REMOTE,
    decided_by_a_person=told("Somebody saw it live where Postroom could not.", YES_OR_NO),
)  # fmt: skip
COMMENT: Final[Mapping[str, Schema]] = {
    "publication_id": ID,
    "role": told("first_comment, reply or comment; the last was written when the post was out.", TEXT),
    "part": told("Which part of the post it is; comments of their own are none.", WHOLE),
    **_PLACE,
}
STOP: Final = thing(
    scope=TEXT, account_id=maybe(ID), platform=TEXT, reason=TEXT, stop_id=ID,
    by=maybe(told("The person; null for the operator and programs.", ID)),
)  # fmt: skip
APPROVAL: Final[Mapping[str, Schema]] = {"post_id": ID, "number": told("Which round of the post it is.", WHOLE)}
STEP: Final[Mapping[str, Schema]] = {"step": TEXT, "step_name": TEXT, "deadline_at": maybe(INSTANT)}
ACCOUNTS: Final[Mapping[str, Schema]] = {
    "platform": TEXT,
    "accounts": many(
        thing(
            id=ID, workspace_id=ID, platform=TEXT, handle=TEXT,
            account=told("Its id in the API.", {"type": "string", "pattern": "^acc_[0-9a-f]{32}$"}),
        )
    ),
    "reason": TEXT,
}  # fmt: skip
BREAKER: Final = thing(platform=TEXT, of=TEXT, account_ids=many(ID), until=maybe(INSTANT), reason=TEXT)
IMPORTED: Final[Mapping[str, Schema]] = {"account_id": ID, "found": WHOLE, "kept": WHOLE}
NOTHING: Final = thing()

PAYLOADS: Final[Mapping[str, Schema]] = {
    "post.created": POST,
    "post.updated": CHANGED_POST,
    "post.deleted": POST,
    "post.scheduled": PLANNED,
    "post.unscheduled": thing(accounts=many(ID)),
    "post.published": WHOLE_POST,
    "post.partially_published": WHOLE_POST,
    "post.failed": WHOLE_POST,
    "post.removed": WHOLE_POST,
    "publication.published": PUBLISHED,
    "publication.retrying": PUBLICATION,
    "publication.failed": PUBLICATION,
    "publication.canceled": thing(post_id=ID),
    "publication.held": PUBLICATION,
    "publication.resumed": thing(post_id=ID, due_at=INSTANT),
    "publication.uncertain": PUBLICATION,
    "publication.needs_attention": PUBLICATION,
    "publication.edited": thing(post_id=ID, **_PLACE, remote_id=TEXT, revision=WHOLE),
    "publication.removed": thing(post_id=ID, **_PLACE, how=_HOW),
    "publication.failed_at_platform": thing(post_id=ID, **_PLACE, at=INSTANT),
    "publication.responses_changed": thing(post_id=ID, **_PLACE),
    "publishing.stopped": STOP,
    "publishing.restarted": STOP,
    "comment.published": thing(**COMMENT, **_REMOTE),
    "comment.failed": thing(**COMMENT, **_TROUBLE),
    "comment.canceled": thing(publication_id=ID, role=TEXT),
    "comment.removed": thing(**COMMENT, how=_HOW),
    "approval.requested": thing(**APPROVAL, **STEP, due_at=maybe(INSTANT)),
    "approval.decided": thing(
        **APPROVAL,
        verdict=TEXT,
        step=TEXT,
        state=TEXT,
        by=thing(kind=TEXT, id=maybe(ID)),
        on_behalf_of=told("For whom whoever decided stood in.", many(ID)),
    ),
    "approval.withdrawn": thing(**APPROVAL, state=TEXT),
    "approval.escalated": thing(**APPROVAL, **STEP, rule=TEXT, deed=TEXT, people=many(ID)),
    "approval.expired": thing(**APPROVAL, **STEP, outcome=TEXT),
    "approval.link_made": thing(kind=TEXT, posts=told("How many posts it is for.", WHOLE), guest_id=ID),
    "approval.link_revoked": thing(guest_id=ID),
    "group.changed": thing(name=TEXT),
    "absence.changed": thing(user=ID, delegate=maybe(ID)),
    "approval.commented": thing(post_id=ID, thread_id=ID, visibility=TEXT, mentions=many(ID)),
    "policy.changed": thing(version=WHOLE, steps=many(TEXT)),
    "account.connected": thing(platform=TEXT, is_new=YES_OR_NO),
    "account.disconnected": thing(platform=TEXT),
    "account.expiring": thing(**ACCOUNTS, ends_at=INSTANT),
    "account.needs_reauth": thing(**ACCOUNTS, missing_scopes=many(TEXT)),
    "account.disabled": thing(**ACCOUNTS),
    "account.erased": thing(platform=TEXT),
    "account.recovered": thing(**ACCOUNTS),
    "breaker.opened": BREAKER,
    "breaker.closed": BREAKER,
    "media.uploaded": thing(mime_type=TEXT, size=WHOLE),
    "media.failed": thing(asset_id=ID, purpose=TEXT, words=TEXT),
    "media.deleted": NOTHING,
    "media.trashed": NOTHING,
    "media.replaced": thing(before=ID),
    "media.shelved": NOTHING,
    "import.completed": thing(**IMPORTED),
    "import.failed": thing(**IMPORTED, problem=TEXT),
    "report.ready": thing(workspace_id=ID, first=DAY, last=DAY, sha256=told("Of the report's data.", TEXT)),
    "report.failed": thing(workspace_id=ID, words=TEXT),
    "report.mail_failed": thing(workspace_id=ID, mail_id=ID),
    "erasure.requested": thing(due_at=INSTANT),
    "erasure.undone": NOTHING,
    "export.ready": thing(workspace_id=maybe(ID)),
    "export.failed": thing(workspace_id=maybe(ID)),
    "organization.created": thing(name=TEXT),
    "organization.updated": thing(changed=many(TEXT)),
    "workspace.created": thing(name=TEXT, timezone=TEXT),
    "workspace.updated": thing(changed=many(TEXT)),
    "workspace.deleted": NOTHING,
    "workspace.restored": NOTHING,
    "member.invited": thing(role=TEXT, workspaces=many(ID)),
    "member.joined": thing(user_id=ID, role=TEXT),
    "member.changed": thing(user_id=ID, role=TEXT),
    "member.removed": thing(user_id=ID),
    "invitation.revoked": NOTHING,
    "webhook.disabled": thing(url=TEXT, reason=TEXT),
    "usage.threshold_reached": thing(
        meter=TEXT, of=TEXT, period=TEXT, percent=WHOLE, used=WHOLE, limit=maybe(WHOLE), resets_on=DAY
    ),
    "goal.reached": thing(account_id=maybe(ID), aim=TEXT, target=WHOLE, value=WHOLE, ends_on=DAY),
    "snapshot.completed": thing(day=DAY, asked=WHOLE, got=WHOLE, missing=WHOLE, complete_until=maybe(INSTANT)),
    "analytics.alert": thing(
        rule_id=ID,
        kind=TEXT,
        metric=TEXT,
        threshold=NUMBER,
        account_id=maybe(ID),
        campaign_id=maybe(ID),
        publication_id=maybe(ID),
        day=DAY,
        value=NUMBER,
        usual=maybe(NUMBER),
        sample=WHOLE,
        score=maybe(NUMBER),
    ),
}
