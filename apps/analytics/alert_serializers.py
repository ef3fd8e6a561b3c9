"""What the API says of alerts and their rules, and what it takes."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.analytics.alert_words import sentence
from apps.analytics.alerts.kinds import OF_ACCOUNTS, OF_CAMPAIGNS, OF_POSTS, Kind, Window
from apps.analytics.models import Alert, AlertRule
from apps.posts.models import Campaign
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId

METRICS = tuple(dict.fromkeys((*OF_ACCOUNTS, *OF_CAMPAIGNS, *OF_POSTS)))
MAIL = "Members who are told by mail, by their addresses; each has to be allowed to see the figures."


class AlertRuleToChange(serializers.Serializer):
    """What a rule watches. Of a campaign, or of each post, a milestone; of accounts (one, or all of the workspace)
    anything."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(Kind.values)
    metric = serializers.ChoiceField(METRICS)
    threshold = serializers.FloatField(
        min_value=0, help_text="Percent for spike and drop, deviations for anomaly, the number for milestone."
    )
    window = serializers.ChoiceField(
        Window.values, required=False, help_text="One alert of each subject in each. A milestone is reached once."
    )
    account = Known(ids.ACCOUNT, SocialAccount, required=False, allow_null=True)
    campaign = Known(ids.CAMPAIGN, Campaign, required=False, allow_null=True)
    of_posts = serializers.BooleanField(
        required=False, help_text="Each post of the account, or of every one, by itself; each is told of once."
    )
    mail_to = serializers.ListField(child=serializers.EmailField(), required=False, max_length=20, help_text=MAIL)
    muted_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="What is found before is kept, and told to nobody."
    )
    is_on = serializers.BooleanField(required=False)


class AlertRuleToMake(AlertRuleToChange):
    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="Needed where the key is not of one.")


class AlertRuleShape(serializers.Serializer):
    id = PublicId(ids.ALERT_RULE)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.values)
    metric = serializers.ChoiceField(METRICS)
    threshold = serializers.FloatField()
    window = serializers.ChoiceField(Window.values)
    account = PublicId(ids.ACCOUNT, source="account_id", allow_null=True)
    campaign = PublicId(ids.CAMPAIGN, source="campaign_id", allow_null=True)
    of_posts = serializers.BooleanField()
    mail_to = serializers.SerializerMethodField()
    muted_until = serializers.DateTimeField(allow_null=True)
    is_on = serializers.BooleanField()
    watches_from = serializers.DateField(help_text="Days before this one are history and no news.")
    created_at = serializers.DateTimeField()

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_mail_to(self, rule: AlertRule) -> list[str]:
        return sorted(one.user.email for one in rule.recipients.all())


class AlertShape(serializers.Serializer):
    """That a rule had something to say of an account, a campaign or a post."""

    id = PublicId(ids.ALERT)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    rule = PublicId(ids.ALERT_RULE, source="rule_id")
    kind = serializers.ChoiceField(Kind.values, source="rule.kind")
    metric = serializers.ChoiceField(METRICS, source="rule.metric")
    account = PublicId(ids.ACCOUNT, source="account_id", allow_null=True)
    campaign = PublicId(ids.CAMPAIGN, source="campaign_id", allow_null=True)
    post = PublicId(ids.POST, source="publication.post_id", allow_null=True)
    publication = PublicId(ids.PUBLICATION, source="publication_id", allow_null=True)
    day = serializers.DateField()
    value = serializers.FloatField()
    usual = serializers.FloatField(allow_null=True, help_text="The median of the days before. Null: of a milestone.")
    sample = serializers.IntegerField(help_text="How many days before were told.")
    score = serializers.FloatField(allow_null=True, help_text="Robust deviations from what is usual; of an anomaly.")
    words = serializers.SerializerMethodField(help_text="The same, for people.")
    was_muted = serializers.BooleanField()
    found_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field({"type": "string"})
    def get_words(self, alert: Alert) -> str:
        return sentence(alert)
