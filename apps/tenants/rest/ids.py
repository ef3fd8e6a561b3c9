"""Ids as the outside sees them: a UUIDv7 behind the name of its kind (`ws_0197…`). Plain UUIDs are understood too."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, QuerySet
from django.urls import register_converter
from rest_framework import serializers

from apps.core.together import recalled

ORGANIZATION, WORKSPACE, MEMBER, INVITATION, KEY = "org", "ws", "mem", "inv", "key"
ACCOUNT, SESSION, JOURNEY = "acc", "cs", "jrn"
POST, PUBLICATION, MEDIA, EVENT = "post", "pub", "med", "evt"
FOLDER, UPLOAD, ENDPOINT, DELIVERY = "fld", "upl", "whe", "dlv"
APPROVAL, THREAD, REVIEW_LINK, GUEST = "apr", "thr", "rvl", "gst"
GROUP, ABSENCE = "grp", "abs"
COMMENT = "cmt"
IMPORT, IMPORTED, REFRESH, RUN, GOAL = "imp", "ipo", "rfr", "run", "goal"
ALERT, ALERT_RULE, HISTORY, LINK, LINK_DOMAIN = "alt", "alr", "his", "lnk", "ldm"
LABEL, CAMPAIGN, TEMPLATE = "lbl", "cmp", "tpl"
QUEUE, SLOT, AUDIT = "q", "slot", "aud"
REPORT, REPORT_TEMPLATE, REPORT_SCHEDULE, REPORT_LINK = "rpt", "rtpl", "rsch", "rlnk"
KINDS: Final = (
    ORGANIZATION, WORKSPACE, MEMBER, INVITATION, KEY, ACCOUNT, SESSION, JOURNEY, POST, PUBLICATION, MEDIA, EVENT,
    FOLDER, UPLOAD, ENDPOINT, DELIVERY, IMPORT, IMPORTED, REFRESH, RUN, LABEL, CAMPAIGN, TEMPLATE, QUEUE, SLOT, AUDIT,
    APPROVAL, THREAD, REVIEW_LINK, GUEST, GROUP, ABSENCE, COMMENT,
    REPORT, REPORT_TEMPLATE, REPORT_SCHEDULE, REPORT_LINK, GOAL, ALERT, ALERT_RULE, HISTORY, LINK,
    LINK_DOMAIN,
)  # fmt: skip
# What events and the diary are about, by the names of tables: the API's name for it, and the kind of its id.
SUBJECTS: Final = {
    "post": ("post", POST),
    "publication": ("publication", PUBLICATION),
    "followup": ("comment", COMMENT),
    "socialaccount": ("social_account", ACCOUNT),
    "workspace": ("workspace", WORKSPACE),
    "asset": ("media", MEDIA),
    "membership": ("member", MEMBER),
    "invitation": ("invitation", INVITATION),
    "organization": ("organization", ORGANIZATION),
    "endpoint": ("webhook_endpoint", ENDPOINT),
    "apikey": ("api_key", KEY),
    "portallink": ("connect_session", SESSION),
    "reviewlink": ("review_link", REVIEW_LINK),
    "guest": ("guest", GUEST),
    "group": ("reviewer_group", GROUP),
    "absence": ("absence", ABSENCE),
    "label": ("label", LABEL),
    "campaign": ("campaign", CAMPAIGN),
    "template": ("template", TEMPLATE),
    "import": ("import", IMPORT),
    "snapshotrun": ("snapshot_run", RUN),
    "report": ("report", REPORT),
    "reporttemplate": ("report_template", REPORT_TEMPLATE),
    "schedule": ("report_schedule", REPORT_SCHEDULE),
    "goal": ("goal", GOAL),
    "alert": ("alert", ALERT),
    "historyupload": ("history_upload", HISTORY),
}
_PLAIN: Final = "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"


def public(kind: str, value: UUID) -> str:
    return f"{kind}_{value.hex}"


def subject(table: str, value: UUID) -> dict[str, str]:
    """A row of a table as the API names it."""
    name, kind = SUBJECTS.get(table, (table, ""))
    return {"type": name, "id": public(kind, value) if kind else str(value)}


def read(kind: str, text: object) -> UUID | None:
    """The UUID of an id of this kind; None for what is none."""
    found = re.fullmatch(pattern_of(kind), text) if isinstance(text, str) else None
    return UUID(str(text).removeprefix(f"{kind}_")) if found else None


def read_any(text: object) -> UUID | None:
    """The UUID of an id of whichever kind; None for what is none."""
    return next((found for kind in KINDS if (found := read(kind, text))), None)


def pattern_of(kind: str) -> str:
    """What is understood as an id of this kind."""
    return f"(?:{kind}_)?{_PLAIN}"


def _register(kind: str) -> None:
    """Let paths say `<ws:workspace_id>`."""

    class Converter:
        regex = pattern_of(kind)

        def to_python(self, value: str) -> UUID:
            return UUID(value.removeprefix(f"{kind}_"))

        def to_url(self, value: UUID | str) -> str:
            return public(kind, value if isinstance(value, UUID) else UUID(value.removeprefix(f"{kind}_")))

    register_converter(Converter, kind)


for _kind in KINDS:
    _register(_kind)


class PublicId(serializers.Field):
    """An id; in an answer with its kind."""

    default_error_messages = {"invalid": "This is no id of that kind."}

    def __init__(self, kind: str, **options: Any) -> None:
        self.kind = kind
        super().__init__(**options)

    def to_representation(self, value: UUID | str) -> str:
        return public(self.kind, value if isinstance(value, UUID) else UUID(value))

    def to_internal_value(self, data: object) -> Any:
        value = read(self.kind, data)
        if value is None:
            self.fail("invalid")
        return value


class Known(PublicId):
    """The id of a row that the caller may see, which is what comes out. A foreign id is one that nobody has."""

    default_error_messages = {"not_found": "There is nothing with this id."}

    def __init__(self, kind: str, model: type[Model], **options: Any) -> None:
        self.model = model
        super().__init__(kind, **options)

    def rows(self) -> QuerySet[Any]:
        # Asked at each request: the scoped manager knows who is asking.
        rows: QuerySet[Any] = self.model.objects.all()  # type: ignore[attr-defined]
        return rows

    def to_representation(self, value: Any) -> str:
        return public(self.kind, value.pk if isinstance(value, Model) else value)

    def to_internal_value(self, data: object) -> Any:
        pk = super().to_internal_value(data)
        # Of many things that name the same one, it is read for the first. One that knows fewer rows keeps them apart.
        kind = self.model._meta.model_name if type(self) is Known else type(self)
        row = recalled((kind, pk), lambda: self.rows().filter(pk=pk).first())
        if row is None:
            self.fail("not_found")
        return row
