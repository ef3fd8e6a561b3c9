"""The content rules on the settings page of a policy: each change of them is a version of the policy, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.text import slugify

from apps.approvals.content_forms import ContentRuleForm
from apps.approvals.content_rules import ANY, ContentRule
from apps.approvals.models import Policy
from apps.approvals.steps import RuleKind

SAVE, REMOVE = "save_rule", "remove_rule"


def without(rules: Sequence[ContentRule], key: str) -> list[dict[str, Any]]:
    return [rule.as_json() for rule in rules if rule.key != key]


def saved(rules: Sequence[ContentRule], key: str, form: ContentRuleForm) -> list[dict[str, Any]]:
    """The rules with the one that was sent: in the place of the one with this key, or as the last."""
    known = {rule.key for rule in rules}
    made = form.rule(key if key in known else _key(form.cleaned_data["name"], known))
    kept = [made if rule.key == key else rule.as_json() for rule in rules]
    return kept if key in known else [*kept, made]


def section(now: Policy | None, form: ContentRuleForm | None, editing: str, url: str) -> dict[str, Any]:
    """What the page shows of them."""
    rules = now.ordered_content_rules if now else ()
    edited = next((rule for rule in rules if rule.key == editing), None)
    return {
        "rules": [
            {"key": rule.key, "name": rule.name, "words": ", ".join((*rule.words, *rule.domains)),
             "used_by": _used_by(now, rule.key), "edit_url": f"{url}?rule={rule.key}#rule"}
            for rule in rules
        ],
        "rule_form": form or (ContentRuleForm.of(edited) if edited else ContentRuleForm()),
        "editing_rule": edited.key if edited else "",
        "editing_rule_name": edited.name if edited else "",
    }  # fmt: skip


def _used_by(now: Policy | None, key: str) -> str:
    """The steps that ask for it, by name."""
    asked = {key, ANY}
    steps = now.ordered_steps if now else ()
    return ", ".join(
        step.name for step in steps if any(one.kind is RuleKind.POLICY_HIT and one.values & asked for one in step.rules)
    )


def _key(name: str, taken: set[str]) -> str:
    begin = slugify(name)[:30].strip("-_").replace("_", "-") or "rule"
    keys = (f"{begin}-{number}" if number else begin for number in range(len(taken) + 2))
    return next(key for key in keys if key not in taken | {ANY})
