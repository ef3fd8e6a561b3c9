"""A person without a browser: reads pages, sends forms, follows links, and remembers all that was answered."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LINK = re.compile(r'<a [^>]*?href="([^"]+)"')
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")  # the part of an address that tells one row from another
OF_A_KIND = 3  # pages that differ in nothing else
MOST = 400


def words(page: str) -> str:
    """What a person reads on a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page))).strip()


class Visitor:
    """`get` and `post` answer a page's text; `answers` keeps each, with its headers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.here = "/"
        self.answers: list[tuple[str, str]] = []
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False, verify=False, follow_redirects=True)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str) -> str:
        return self._note(self._http.get(path))

    def post(self, path: str, data: dict[str, Any] | None = None, *, on: str = "", files: Any = None) -> str:
        """Send the form on the page `on` (or at the same address); everything but a server's error is an answer."""
        token = TOKEN.search(self.get(on or path))
        assert token, f"There is no form at {on or path}"
        return self._note(self._http.post(path, data={"csrfmiddlewaretoken": token[1], **(data or {})}, files=files))

    def sign_in(self, email: str, password: str) -> str:
        return self.post("/accounts/login/", {"login": email, "password": password})

    def walk(self, *starts: str) -> set[str]:
        """Follow every link from these pages on, of each kind a few; the addresses that were seen."""
        waiting, seen, kinds = deque(starts), set(starts), Counter[str]()
        while waiting and len(seen) < MOST:
            path = waiting.popleft()
            for link in map(unescape, LINK.findall(self.get(path))):
                address = urlsplit(urljoin(f"{self.url}{path}", link))
                target = address.path + (f"?{address.query}" if address.query else "")
                kind = CHANGING.sub("*", target)
                if f"{address.scheme}://{address.netloc}" != self.url or target in seen or kinds[kind] >= OF_A_KIND:
                    continue
                kinds[kind] += 1
                seen.add(target)
                waiting.append(target)
        return seen

    def _note(self, response: httpx.Response) -> str:
        for one in (*response.history, response):
            headers = "\n".join(f"{name}: {value}" for name, value in one.headers.items())
            self.answers.append((f"{one.request.method} {one.request.url}", f"{headers}\n\n{one.text}"))
        self.here = response.url.path
        assert response.status_code < 500, f"{response.request.url}: {words(response.text)[:1500]}"
        return response.text
