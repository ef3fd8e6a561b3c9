"""How Mastodon counts a text, and the HTML it makes of it."""

from __future__ import annotations

from html import escape

import regex

URL_COUNTS = 23

# An address needs its scheme and a host with a dot; closing punctuation is the sentence's, not the address's.
_URL = regex.compile(r"""https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#][^\s<>"]*[^\s<>".,;:!?'()\[\]{}])?/?""", regex.I)
_MENTION = regex.compile(r"(?<![\w/@.])@(\w+(?:[\w.-]*\w)?)(?:@([\w-]+(?:\.[\w-]+)*(?::\d+)?))?", regex.I)
_HASHTAG = regex.compile(r"(?<![\w/&])#(\w*[^\W\d]\w*)")
_TOKEN = regex.compile(f"(?P<url>{_URL.pattern})|(?P<mention>{_MENTION.pattern})|(?P<tag>{_HASHTAG.pattern})", regex.I)


def graphemes(text: str) -> int:
    return len(regex.findall(r"\X", text))


def counted(text: str) -> int:
    """Graphemes, with each address as 23 and each remote mention as its local part."""
    return graphemes(_MENTION.sub(r"@\1", _URL.sub("x" * URL_COUNTS, text)))


def to_html(text: str, origin: str) -> str:
    """Paragraphs at blank lines, breaks at others; addresses, mentions and hashtags as links."""
    paragraphs = [part for part in regex.split(r"\n{2,}", text.replace("\r\n", "\n").strip("\n")) if part]
    return "".join(f"<p>{_linked(part, origin).replace(chr(10), '<br />')}</p>" for part in paragraphs)


def hashtags(text: str) -> list[str]:
    return [match["tag"][1:] for match in _TOKEN.finditer(text) if match["tag"]]


def _linked(text: str, origin: str) -> str:
    parts, end = [], 0
    for match in _TOKEN.finditer(text):
        parts += [escape(text[end : match.start()]), _link(match, origin)]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def _link(match: regex.Match[str], origin: str) -> str:
    whole = match.group()
    if match["url"]:
        return _address(whole)
    if match["tag"]:
        href = escape(f"{origin}/tags/{whole[1:].lower()}")
        return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{escape(whole[1:])}</span></a>'
    user, _, host = whole[1:].partition("@")
    href = escape(f"https://{host}/@{user}" if host else f"{origin}/@{user}")
    return f'<span class="h-card"><a href="{href}" class="u-url mention">@<span>{escape(user)}</span></a></span>'


def _address(url: str) -> str:
    """The scheme and all beyond 30 characters are hidden, as on the real platform."""
    scheme, _, rest = url.partition("://")
    shown, hidden = rest[:30], rest[30:]
    return (
        f'<a href="{escape(url)}" rel="nofollow noopener" target="_blank">'
        f'<span class="invisible">{scheme}://</span>'
        f'<span class="{"ellipsis" if hidden else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )
