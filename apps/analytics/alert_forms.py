"""A rule as people choose it. What it may be is said by services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.analytics.alert_words import label_of
from apps.analytics.alerts.kinds import OF_ACCOUNTS, OF_CAMPAIGNS, OF_POSTS, Kind, Window
from apps.analytics.errors import AlertRuleRefused
from apps.analytics.models import AlertRule
from apps.core import clock
from apps.platforms import registry
from apps.posts.models import Campaign
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import User

EVERY: Final = ""
POSTS: Final = "posts:"
KINDS: Final = (
    (Kind.SPIKE.value, _("Far more than usual")),
    (Kind.DROP.value, _("Far less than usual")),
    (Kind.ANOMALY.value, _("Unlike its own history")),
    (Kind.MILESTONE.value, _("A number is reached")),
)
WINDOWS: Final = (
    (Window.DAY.value, _("Once a day")),
    (Window.WEEK.value, _("Once a week")),
    (Window.MONTH.value, _("Once a month")),
)
KEEP: Final = "keep"
MUTES: Final = (("0", _("No")), ("1", _("For a day")), ("7", _("For a week")), ("30", _("For 30 days")))


class AlertRuleForm(forms.Form):
    name = forms.CharField(max_length=120, label=_("Name"))
    kind = forms.ChoiceField(choices=KINDS, label=_("Tell when"))
    metric = forms.ChoiceField(label=_("Figure"))
    threshold = forms.FloatField(
        min_value=0, label=_("By how much"),
        help_text=_(
            "Percent for more and less than usual; deviations for unlike its history (3.5 is rare); else the number "
            "to reach."
        ),
    )  # fmt: skip
    subject = forms.ChoiceField(required=False, label=_("Of"))
    window = forms.ChoiceField(
        choices=WINDOWS, initial=Window.WEEK, label=_("At most"),
        help_text=_("Of each account. That a number is reached is told once."),
    )  # fmt: skip
    recipients = forms.MultipleChoiceField(
        required=False, label=_("Mail to"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Programs are told by webhook, as the event analytics.alert."),
    )  # fmt: skip
    mute = forms.ChoiceField(choices=MUTES, required=False, initial="0", label=_("Muted"))
    is_on = forms.BooleanField(required=False, initial=True, label=_("This rule is on"))

    def __init__(
        self, *args: Any, accounts: Iterable[SocialAccount], campaigns: Iterable[Campaign], people: Iterable[User],
        rule: AlertRule | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        fields: Any = self.fields
        names = [(one.pk, f"{registry.label(one.platform)} @{one.handle}") for one in accounts]
        fields["metric"].choices = [
            (name, label_of(name)) for name in dict.fromkeys((*OF_ACCOUNTS, *OF_CAMPAIGNS, *OF_POSTS))
        ]
        fields["subject"].choices = [
            (EVERY, _("Every account")),
            *((f"account:{pk}", name) for pk, name in names),
            (POSTS, _("Each post of every account")),
            *((f"{POSTS}{pk}", str(_("Each post of %s")) % name) for pk, name in names),
            *((f"campaign:{one.pk}", str(_("Campaign %s")) % one.name) for one in campaigns),
        ]
        fields["recipients"].choices = [(str(one.pk), f"{one} ({one.email})") for one in people]
        if rule is not None and rule.muted_until and rule.muted_until > clock.now():
            fields["mute"].choices = [(KEEP, str(_("Until %s")) % f"{rule.muted_until:%-d %b %Y}"), *MUTES]

    @classmethod
    def of(cls, rule: AlertRule, **choices: Any) -> AlertRuleForm:
        shown = {
            "name": rule.name, "kind": rule.kind, "metric": rule.metric, "threshold": rule.threshold,
            "subject": _subject_of(rule), "window": rule.window,
            "recipients": [str(one.user_id) for one in rule.recipients.all()], "is_on": rule.is_on,
            "mute": KEEP if rule.muted_until and rule.muted_until > clock.now() else "0",
        }  # fmt: skip
        return cls(initial=shown, rule=rule, **choices)

    def refuse(self, refused: AlertRuleRefused) -> None:
        field = "subject" if refused.field in ("account", "campaign") else refused.field
        self.add_error(field if field in self.fields else None, refused.words)

    def values(self) -> dict[str, Any]:
        """What the service is told; the subject by its id."""
        said = self.cleaned_data
        kind, _, text = said["subject"].partition(":")
        pk = UUID(text) if text else None
        values = {name: said[name] for name in ("name", "kind", "metric", "threshold", "window", "is_on")}
        values |= {"account_id": None if kind == "campaign" else pk, "campaign_id": pk if kind == "campaign" else None}
        values["of_posts"] = kind == "posts"
        if said["mute"] != KEEP:
            days = int(said["mute"] or 0)
            values["muted_until"] = clock.now() + timedelta(days=days) if days else None
        return values | {"recipients": [UUID(one) for one in said["recipients"]]}


def _subject_of(rule: AlertRule) -> str:
    if rule.campaign_id:
        return f"campaign:{rule.campaign_id}"
    if rule.of_posts:
        return f"{POSTS}{rule.account_id or ''}"
    return f"account:{rule.account_id}" if rule.account_id else EVERY
