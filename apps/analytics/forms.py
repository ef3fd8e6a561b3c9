"""Shape and wording of what people type about figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext, gettext_lazy

from apps.analytics.models import Goal, MixShare
from apps.analytics.states import Aim, Format
from apps.core import clock
from apps.core.calendar import cell_of
from apps.platforms import registry
from apps.posts.models import Label
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace

FORMAT, LABEL = "format-", "label-"
MOST_LABELS: Final = 500  # as many as a workspace has
USUAL_SPAN: Final = timedelta(days=89)


class MixForm(forms.Form):
    """A share for each format and each label of the workspace; empty says nothing of it."""

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = {(row.format or str(row.label_id)): row.percent for row in MixShare.objects.filter(workspace=workspace)}
        for one in Format:
            self.fields[f"{FORMAT}{one.value}"] = _share(str(one.label), plan.get(one.value))
        for label in Label.objects.filter(workspace=workspace)[:MOST_LABELS]:
            self.fields[f"{LABEL}{label.pk}"] = _share(label.name, plan.get(str(label.pk)))

    def formats(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in self.fields if name.startswith(FORMAT))

    def labels(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in self.fields if name.startswith(LABEL))

    def said(self) -> dict[str, Any]:
        """As `services.set_mix` takes it."""
        told = [(name.partition("-"), value) for name, value in self.cleaned_data.items() if value]
        return {
            "formats": {Format(name): value for (kind, _, name), value in told if f"{kind}-" == FORMAT},
            "labels": {UUID(name): value for (kind, _, name), value in told if f"{kind}-" == LABEL},
        }


def _share(label: str, percent: int | None) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=100, initial=percent)


class GoalForm(forms.Form):
    """A goal of a workspace or of one of its accounts."""

    aim = forms.ChoiceField(label=gettext_lazy("What counts"), choices=Aim.choices)
    target = forms.IntegerField(label=gettext_lazy("How many"), min_value=1)
    account = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    begins_on = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, workspace: Workspace, goal: Goal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._accounts = {str(one.pk): one for one in SocialAccount.objects.filter(workspace=workspace)}
        accounts: Any = self.fields["account"]
        accounts.choices = [("", gettext("All accounts")), *((pk, _named(one)) for pk, one in self._accounts.items())]
        today = cell_of(clock.now(), workspace.timezone)
        self.initial = {**_initial(goal, today), **self.initial}
        if goal is not None:  # What is counted, and where, makes a goal another one.
            for name in ("aim", "account"):
                del self.fields[name]

    def said(self) -> dict[str, Any]:
        """As `services.set_goal` takes it; as `change_goal` does, where there is a goal."""
        told = dict(self.cleaned_data)
        if "aim" in told:
            told |= {"aim": Aim(told["aim"]), "account": self._accounts.get(told["account"])}
        return told


def _named(account: SocialAccount) -> str:
    return f"{registry.label(account.platform)} @{account.handle}"


def _initial(goal: Goal | None, today: date) -> dict[str, Any]:
    if goal is None:
        return {"aim": Aim.INTERACTIONS, "begins_on": today.isoformat(), "ends_on": (today + USUAL_SPAN).isoformat()}
    return {"target": goal.target, "begins_on": goal.begins_on.isoformat(), "ends_on": goal.ends_on.isoformat()}
