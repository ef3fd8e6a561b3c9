"""What members say about a content rule of the policy."""

from __future__ import annotations

from typing import Any, Final, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.approvals.content_rules import LONGEST_NAME, ContentRule
from apps.approvals.errors import Flaw

LINES: Final = forms.Textarea(attrs={"rows": 5, "spellcheck": "false"})


class ContentRuleForm(forms.Form):
    """Words and domains with one on each line, as lists are pasted from where they are kept."""

    prefix = "rule"

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    words = forms.CharField(
        label=_("Words and phrases"),
        required=False,
        widget=LINES,
        help_text=_("One on each line. Whole words count, whatever their case and accents."),
    )
    domains = forms.CharField(
        label=_("Domains that links lead to"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("One on each line, such as casino.example. What lies below them counts too."),
    )

    @classmethod
    def of(cls, rule: ContentRule) -> Self:
        initial = {"name": rule.name, "words": "\n".join(rule.words), "domains": "\n".join(rule.domains)}
        return cls(initial=initial)

    def rule(self, key: str) -> dict[str, Any]:
        """The rule that was sent, as services take it."""
        said = self.cleaned_data
        lists = {name: [line for line in said[name].splitlines() if line.strip()] for name in ("words", "domains")}
        return {"key": key, "name": said["name"], **lists}

    def add_flaw(self, flaw: Flaw) -> None:
        name = flaw.field.rpartition(".")[2] if flaw.field.startswith("content_rules.") else ""
        self.add_error(name if name in self.fields else None, flaw.words)
