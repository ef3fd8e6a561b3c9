"""The portal speaks thirteen languages, on each of its pages, and leaves nothing in another one."""

from __future__ import annotations

import ast
import calendar
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

from apps.social_accounts import languages
from apps.social_accounts.errors import Reason
from apps.tenants.models import Membership, Workspace
from tests.social_accounts.portal import catalogues
from tests.social_accounts.portal.catalogues import Message
from tests.social_accounts.portal.conftest import Guest
from tests.support import factories

CODES = [code for code, _ in settings.LANGUAGES]
OTHERS = [code for code in CODES if code != "en"]
# Everything that people without a seat read: the portal, review by link, and the previews that reviews show.
FOLDERS = (
    "portal/*.html", "review/*.html", "layouts/portal.html", "layouts/review.html", "posts/_preview*.html",
    "links/nowhere.html", "components/plate.html", "components/places.html", "components/where.html",
)  # fmt: skip
TEMPLATES = [path for pattern in FOLDERS for path in Path(settings.BASE_DIR, "templates").glob(pattern)]
# Letters to the same people, and what stands where somebody has no name.
MODULES = [Path(settings.BASE_DIR, "apps/approvals", name) for name in ("guest_letters.py", "names.py")]
ALIKE = {"Video", "Video %(number)s"}  # in several languages
# Words that stay what they are: what people and networks are called, and examples of what to type.
NAMES = {
    "Northlight Agency", "Café Luna", "Harbour Coffee", "Lumen Yoga", "lumenyoga", "Dana Lumen", "dana-lumenyoga",
    "Postroom", "Mastodon", "Bluesky", "LinkedIn", "@name@mastodon.social", "name.bsky.social", "xxxx-xxxx-xxxx-xxxx",
}  # fmt: skip


class TestTheCatalogues:
    @pytest.mark.parametrize("code", CODES)
    def test_translate_every_message_and_no_other(self, code: str) -> None:
        assert catalogues.ids(code) == messages_of_templates() | messages_of_modules()

    @pytest.mark.parametrize("code", OTHERS)
    def test_say_something_of_their_own(self, code: str) -> None:
        same = [one.id for one in catalogues.messages(code) if one.id in one.texts and one.id not in ALIKE]
        empty = [message.id for message in catalogues.messages(code) if not all(message.texts)]

        assert same == []
        assert empty == []

    @pytest.mark.parametrize("code", CODES)
    def test_are_sure(self, code: str) -> None:
        assert [message.id for message in catalogues.messages(code) if message.is_fuzzy] == []

    @pytest.mark.parametrize("code", CODES)
    def test_keep_the_names_that_are_filled_in(self, code: str) -> None:
        def holes(text: str) -> set[str]:
            return set(re.findall(r"%\(\w+\)s", text))

        odd = [m.id for m in catalogues.messages(code) if any(holes(text) != holes(m.id) for text in m.texts)]
        assert odd == []

    @pytest.mark.parametrize("code", CODES)
    def test_have_as_many_plural_forms_as_the_language(self, code: str) -> None:
        forms = catalogues.plural_forms(code)

        assert {len(m.texts) for m in catalogues.messages(code) if m.plural} == {forms}
        assert {catalogues.compiled(code).plural(number) for number in range(130)} == set(range(forms))  # type: ignore[attr-defined]

    @pytest.mark.parametrize("code", CODES)
    def test_are_compiled_as_they_are_written(self, code: str) -> None:
        assert catalogues.stale(code) == []

    def test_that_are_stale_are_noticed(self) -> None:
        changed = [Message("Language", "", ("Sprache und mehr",), False)]

        assert catalogues.differences(changed, catalogues.compiled("de")) == ["Language"]

    @pytest.mark.parametrize(
        ("code", "number", "words"),
        [("pl", 1, "1 konto."), ("pl", 3, "3 konta."), ("pl", 5, "5 kont."), ("pl", 22, "22 konta."),
         ("ru", 21, "21 аккаунт."), ("ru", 12, "12 аккаунтов."), ("fr", 0, "0 compte est"), ("zh-hans", 7, "7 个账号"),
         ("hi", 1, "1 खाता")],
    )  # fmt: skip
    def test_count_as_people_do(self, code: str, number: int, words: str) -> None:
        one, many = "%(count)s account is connected.", "%(count)s accounts are connected."
        with translation.override(code):
            assert words in translation.ngettext(one, many, number) % {"count": number}


@pytest.mark.django_db
class TestThePages:
    @pytest.fixture
    def pages(self, guest: Guest, guest_with: Callable[..., Guest]) -> Callable[[str], Iterator[HttpResponse]]:
        """Every page of the portal, in a language."""
        limited = guest_with(max_accounts=2)
        done = guest.connect()["Location"]
        choice = guest.connect("linkedin", "lumenyoga")["Location"]

        def visit(code: str) -> Iterator[HttpResponse]:
            yield guest.visit(lang=code)
            yield guest.begin("mastodon", address="")
            yield guest.begin("bluesky", method="app_password", app_password="wrong")
            yield guest.begin("mastodon")
            yield guest.client.get(done)
            yield guest.client.get(choice)
            yield guest.client.post(choice, {"choice": "chosen"})
            yield guest.client.get("/social-accounts/callback/mastodon/?state=nobodys&code=1")
            yield guest.come_back(guest.consent_page(), allow=False)
            yield guest.client.get(f"/connect/invented/?lang={code}")
            yield limited.visit(lang=code)

        return visit

    @pytest.mark.parametrize("code", OTHERS)
    def test_have_no_word_in_english(
        self, pages: Callable[[str], Iterator[HttpResponse]], code: str, asked_for: list[tuple[str, str]]
    ) -> None:
        for page, english in zip(list(pages(code)), list(pages("en")), strict=True):
            left = words_of(page) & words_of(english) - NAMES
            assert {words for words in left if not is_a_name(words)} == set(), page.request["PATH_INFO"]
            assert f'<html lang="{languages.tag(code)}">' in page.content.decode()

        known = catalogues.ids(code) | set(calendar.month_name)  # Django has those.
        assert {message for language, message in asked_for if language == code} <= known

    @pytest.mark.parametrize("reason", [*Reason, "too_often", "unknown"])
    def test_have_words_for_every_reason(self, reason: str) -> None:
        from django.template.loader import render_to_string

        said = {}
        for code in CODES:
            with translation.override(code):
                said[code] = render_to_string("portal/_reason.html", {"reason": str(reason), "reconnects": None})
        assert len({words.strip() for words in said.values()}) == len(CODES)


@pytest.mark.django_db
class TestWhichLanguage:
    def test_is_the_browsers_where_nobody_says(self, guest: Guest) -> None:
        page = guest.client.get(guest.home, headers={"accept-language": "hi-IN,hi;q=0.9,en;q=0.5"})

        assert page["Content-Language"] == "hi"

    @pytest.mark.parametrize(
        ("asked", "spoken"), [("zh-CN,zh;q=0.9", "zh-hans"), ("pt-BR", "pt"), ("nb-NO", "en"), ("*", "en"), ("", "en")]
    )
    def test_is_the_nearest_that_is_spoken(self, guest: Guest, asked: str, spoken: str) -> None:
        assert guest.client.get(guest.home, headers={"accept-language": asked})["Content-Language"] == spoken

    def test_is_the_links_before_the_browsers(self, guest_with: Callable[..., Guest]) -> None:
        guest = guest_with(language="sv")

        assert guest.client.get(guest.home, headers={"accept-language": "pl"})["Content-Language"] == "sv"

    def test_is_what_was_chosen_from_then_on(self, guest_with: Callable[..., Guest]) -> None:
        guest = guest_with(language="sv")
        guest.visit(lang="zh")

        assert guest.visit()["Content-Language"] == "zh-hans"
        assert guest.begin("mastodon")["Content-Language"] == "zh-hans"

    def test_is_not_what_nobody_speaks(self, guest: Guest) -> None:
        assert guest.visit(lang="xx<script>")["Content-Language"] == "en"

    def test_leaves_the_pages_of_members_alone(self, guest: Guest, owner: Membership, workspace: Workspace) -> None:
        guest.visit(lang="pl")
        member: Client = factories.signed_in(owner, at=workspace)

        page = member.get("/social-accounts/connect/", headers={"accept-language": "pl"}).content.decode()

        assert "Connect an account of Café Luna" in page


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every message that was looked up, with the language: (language, message)."""
    found: list[tuple[str, str]] = []

    def spy(name: str) -> Any:
        real = getattr(trans_real, name)

        def looked_up(*arguments: Any) -> Any:
            language = translation.get_language() or ""
            found.append((language, arguments[0]))
            return real(*arguments)

        return looked_up

    for name in ("gettext", "ngettext"):
        monkeypatch.setattr(translation._trans, name, spy(name))  # type: ignore[attr-defined]
    return found


def messages_of_templates() -> set[str]:
    """What the portal's templates mark to be translated."""
    found: set[str] = set()
    for path in TEMPLATES:
        marked = templatize(path.read_text(), origin=str(path))
        for call in re.finditer(r"\bn?gettext\((.*?)\)\s", f"{marked} ", re.DOTALL):
            literal = re.match(r"u?(r?'(?:[^'\\]|\\.)*'|r?\"(?:[^\"\\]|\\.)*\")", call[1].strip())
            if literal:
                found.add(eval(literal[1]))
        found |= {eval(f"'{text}'") for text in re.findall(r"_\(u?'((?:[^'\\]|\\.)*)'\)", marked)}
        found |= {eval(f'"{text}"') for text in re.findall(r'_\(u?"((?:[^"\\]|\\.)*)"\)', marked)}
    return found


def messages_of_modules() -> set[str]:
    """What is marked in code that speaks to the same people."""
    calls = (node for path in MODULES for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    names = {"_", "gettext", "gettext_lazy", "gettext_noop"}
    marked = (call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id in names)
    return {one.value for one in marked if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def words_of(page: HttpResponse) -> set[str]:
    """The pieces of text that a person reads or hears on a page."""
    text = re.sub(r"<(script|style|symbol)\b.*?</\1>", "", page.content.decode(), flags=re.DOTALL)
    text = re.sub(r"<option\b.*?</option>", "", text)
    spoken = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]+)"', text)
    pieces = re.split(r"<[^>]+>", text)
    return {re.sub(r"\s+", " ", piece).strip() for piece in (*pieces, *spoken)} - {""}


def is_a_name(words: str) -> bool:
    """Handles, initials, dots between words and numbers."""
    return words.startswith("@") or len(words) <= 2 or not re.search(r"[^\W\d_]{3}", words) or "127.0.0.1" in words
