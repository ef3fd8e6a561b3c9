"""What approvals say to people is marked for translation, and said in the reader's language."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms as django_forms
from django.conf import settings
from django.db.models import TextChoices
from django.utils import translation
from django.utils.functional import Promise

from apps.approvals import (
    anchors,
    content_forms,
    content_rules,
    errors,
    escalations,
    forms,
    link_errors,
    link_forms,
    place_forms,
    sharing,
    sheets,
    standing,
    states,
    steps,
)
from apps.approvals.errors import AlreadyDecided
from apps.approvals.people import forms as people_forms
from apps.approvals.people import rule_forms
from apps.approvals.selectors import name_of
from apps.approvals.services import people, policies
from apps.core.actors import ActorKind
from apps.core.ids import new_id

FORMS = (forms, link_forms, place_forms, content_forms, people_forms, rule_forms)
SHOWN = [
    one
    for module in (states, sharing)
    for one in vars(module).values()
    if inspect.isclass(one) and issubclass(one, TextChoices) and one is not TextChoices
]
FIELDS = [
    (form.__name__, name, field)
    for module in FORMS
    for form in vars(module).values()
    if inspect.isclass(form) and issubclass(form, django_forms.Form) and form.__module__ == module.__name__
    for name, field in form.base_fields.items()
]
SAYING = (anchors, content_rules, escalations, people, policies, rule_forms, sheets, standing, steps)
MARKS = {"_", "gettext", "gettext_noop"}
# Two words, or one with a capital letter; not "rule" or "steps.…".
WORDS = re.compile(r"^[A-Z][a-z]{2,}$|[A-Za-z]{2,} [a-z(…]|[a-z…] [a-z(]{2,}")
FOR_PROGRAMMERS = {"There is no such workspace"}


@pytest.mark.parametrize("choices", SHOWN, ids=lambda one: one.__name__)
def test_states_are_marked(choices: type[TextChoices]) -> None:
    assert [one for one in choices if not isinstance(one.label, Promise)] == []


def test_fields_are_marked() -> None:
    said = [(form, name, text) for form, name, field in FIELDS for text in (field.label, field.help_text) if text]
    assert len(said) > 40
    assert [one for one in said if not isinstance(one[2], Promise)] == []


@pytest.mark.parametrize("module", [errors, link_errors])
def test_refusals_are_marked(module: object) -> None:
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    said = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "words"
    ]
    assert len(said) > 5
    assert [ast.dump(one) for one in said if not isinstance(one, ast.Call)] == []


@pytest.mark.parametrize("module", SAYING, ids=lambda one: str(one.__name__))
def test_what_modules_say_is_marked(module: object) -> None:
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    left = [text for text in _unmarked(tree) if WORDS.search(text)]
    assert [text for text in left if text not in FOR_PROGRAMMERS] == []


def _unmarked(node: ast.AST) -> Iterator[str]:
    """The texts that are no docstrings and stand in no mark."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _unmarked(child)


@pytest.mark.parametrize("name", ["policy.html", "links.html", "links_made.html", "link_new.html", "mailed.html"])
def test_pages_have_no_word_without_a_mark(name: str) -> None:
    text = (Path(settings.BASE_DIR) / "templates/approvals" / name).read_text()
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{% blocktranslate.*?{% endblocktranslate %}", "", text, flags=re.S)
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.S)
    left = [piece for piece in re.split(r"<[^>]*>", text) if re.search(r"[A-Za-z]{2}", piece)]
    assert [piece.strip() for piece in left if piece.strip(" ·\n") != "Postroom"] == []


def test_refusals_and_names_are_said_in_the_readers_language() -> None:
    with translation.override("de"):
        assert AlreadyDecided().words == "Über diese Version haben Sie schon entschieden."
        assert name_of(ActorKind.SYSTEM, None, "", {}) == "Die Freigaberegeln"
        assert name_of(ActorKind.USER, new_id(), "", {}) == "jemand, der nicht mehr dabei ist"
        assert str(sharing.Guest()) == "ein Gast, dessen Name gelöscht wurde"
    assert AlreadyDecided().words == "You have decided about this version already."
