"""A person at a consent page of the sandbox, for the demo: chooses an account and allows."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx


class NoConsent(RuntimeError):
    """The sandbox showed no page on which this account could be chosen."""


def allow(authorize_url: str, *, handle: str) -> dict[str, str]:
    """Choose `handle` on the page at `authorize_url` and allow; the query that the browser is sent back with."""
    with httpx.Client(timeout=20, trust_env=False) as browser:
        page = browser.get(authorize_url)
        form = _Form.read(page.text)
        account = form.accounts.get(handle)
        if page.status_code != 200 or account is None:
            raise NoConsent(f"No account {handle!r} can be chosen at {urlsplit(authorize_url).netloc}")
        fields = {**form.hidden, "account": account, "decision": "allow"}
        answer = browser.post(urljoin(authorize_url, form.action), data=fields)
    back = answer.headers.get("location", "").partition("#")[0]
    return dict(parse_qsl(urlsplit(back).query))


class _Form(HTMLParser):
    """The consent form: where it goes, its hidden fields, and the value of each account by the handle beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.accounts: dict[str, str] = {}
        self._choice = ""

    @classmethod
    def read(cls, page: str) -> _Form:
        form = cls()
        form.feed(page)
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = named.get("action", "")
        if tag == "input" and named.get("type") == "hidden":
            self.hidden[named.get("name", "")] = named.get("value", "")
        if tag == "input" and named.get("name") == "account":
            self._choice = named.get("value", "")

    def handle_data(self, data: str) -> None:
        word = data.strip()
        if self._choice and word.startswith("@"):
            self.accounts[word[1:]] = self._choice
            self._choice = ""
