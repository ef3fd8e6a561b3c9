"""The text of a post with the links its platform was told of (`data["links"]`: start, end, uri in characters)."""

from __future__ import annotations

from html import escape

from apps.sandbox.core.html import Markup
from apps.sandbox.core.rows import Post


def linked(post: Post) -> Markup:
    """What is no http address stays text, and so does a link that begins inside the one before."""
    parts, told = [], 0
    for link in sorted(post.data.get("links", ()), key=lambda link: link["start"]):
        start, end, uri = link["start"], link["end"], link["uri"]
        if start < told or not uri.startswith(("https://", "http://")):
            continue
        inside = escape(post.text[start:end])
        parts += [escape(post.text[told:start]), f'<a href="{escape(uri)}" rel="nofollow noopener">{inside}</a>']
        told = end
    return Markup("".join([*parts, escape(post.text[told:])]))
