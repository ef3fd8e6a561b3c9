"""Every page, rendered with the context that it documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from tests.dashboard import examples
from tests.dashboard.examples import going_out
from tests.dashboard.pages import Page

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ELSEWHERE = {
    "account",
    "admin",
    "api",
    "mfa",
    "socialaccount",
    "components",
    "layouts",
    "mail",
    "print",
}  # parts of pages, mails, paper, or tested elsewhere
PAGE_NAMES = sorted(examples.PAGES)
WHOLE_PAGES = [name for name in PAGE_NAMES if not Path(name).name.startswith("_")]


class Missing(str):
    """What a variable that is not in the context turns into: a failed test."""

    def __contains__(self, part: object) -> bool:
        return True

    def __mod__(self, variable: object) -> str:
        raise AssertionError(f"{variable} is not in the context")


@pytest.fixture(autouse=True)
def _no_missing_variable(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", Missing("missing"))


@pytest.fixture(params=PAGE_NAMES)
def page(request):
    return Page(examples.render(request.param))


@pytest.fixture(params=WHOLE_PAGES)
def whole_page(request):
    return Page(examples.render(request.param))


def test_every_page_has_an_example():
    pages = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if not path.name.startswith("_")}
    rooms = {name for name in pages if not ELSEWHERE & set(Path(name).parts)}

    assert rooms <= set(examples.PAGES)


def test_nothing_is_inline(page):
    assert not page.scripts
    assert not page.all("style")
    assert not [one for one in page.elements if "style" in one.attributes]
    assert not [one for one in page.elements for name in one.attributes if name.startswith("on")]


def test_nothing_is_asked_of_a_third_party(page):
    loaded = [one.get("src") or one.get("href") for one in page.all("script", "link", "img", "iframe", "use")]

    assert not [address for address in loaded if re.match(r"(https?:)?//", address)]


def test_each_control_has_a_label(page):
    assert page.unlabelled() == []


def _form_of(button, whole_page):
    """The one that it names, or that it is in."""
    if name := button.get("form"):
        return next(one for one in whole_page.all("form") if one.get("id") == name)
    return next(one for one in reversed(button.within) if one.tag == "form")


def test_each_button_that_sends_has_a_name_or_is_alone_in_its_form(whole_page):
    forms = {id(one): [] for one in whole_page.all("form")}
    for button in whole_page.all("button"):
        if button.get("type") in ("", "submit"):
            forms[id(_form_of(button, whole_page))].append(button)

    assert not [
        buttons for buttons in forms.values() if len(buttons) > 1 and not all(one.get("name") for one in buttons)
    ]


def test_each_form_that_changes_something_carries_the_token(whole_page):
    forms = [one for one in whole_page.all("form") if one.get("method") == "post"]
    tokens = [one for one in whole_page.all("input") if one.get("name") == "csrfmiddlewaretoken" and one.get("value")]

    assert len(tokens) == len(forms)


def test_ids_are_unique_and_references_lead_somewhere(whole_page):
    ids = whole_page.ids
    wanted = {
        name
        for one in whole_page.elements
        for attribute in ("for", "aria-labelledby", "aria-describedby", "popovertarget")
        for name in one.get(attribute).split()
        # Django points at help and errors of a group whether there are any or not.
        if not name.startswith("id_")
    }
    icons = {one.get("href").removeprefix("#") for one in whole_page.all("use")}

    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)
    assert icons <= set(ids)


def test_there_is_one_title_one_heading_and_one_main_part(whole_page):
    assert len([title for title in whole_page.all("title") if "svg" not in title.path]) == 1
    assert len(whole_page.all("h1")) == 1
    assert len(whole_page.all("main")) == 1


def test_there_is_at_most_one_primary_button(whole_page):
    primary = [
        one
        for one in whole_page.elements
        if "primary" in one.get("class").split() and not {"dialog", "details"} & set(one.path)
    ]

    assert len(primary) <= 1


def test_pictures_say_what_they_show(whole_page):
    assert not [one for one in whole_page.all("img") if "alt" not in one.attributes]


def test_a_chosen_theme_is_on_the_page():
    assert 'data-theme="dark"' in examples.render("dashboard/home.html", theme="dark")
    assert "data-theme=" not in examples.render("dashboard/home.html").split("<head>")[0]


def test_what_people_write_stays_text(monkeypatch):
    monkeypatch.setattr(going_out, "TEXT", "<script>alert(1)</script>")

    assert Page(examples.render("publishing/post.html")).scripts == []
