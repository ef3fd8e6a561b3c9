"""Who follows a link: a person, or a program that looks ahead. Programs are sent on, and not counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

PROGRAMS: Final = re.compile(
    r"bot\b|bot[/\-_ ;)]|crawl|spider|slurp|scrap|fetch|preview|monitor|validator|archiv|facebookexternalhit"
    r"|facebookcatalog|meta-external|whatsapp|telegram|skypeuri|embedly|iframely|vkshare|pinterest/0|tumblr/|mastodon/"
    r"|pleroma|misskey|lemmy|akkoma|bluesky|cardyb|quora|nuzzel|outbrain|flipboardproxy|feedly|feedburner|inspect"
    r"|headless|phantom|selenium|puppeteer|playwright|lighthouse|pagespeed|gtmetrix|pingdom|uptime|statuscake"
    r"|curl/|wget|libwww|httpie|python|aiohttp|httpx|go-http|java/|okhttp|axios|node-fetch|undici|ruby|perl|php/|guzzle"
    r"|postman|insomnia|dataprovider|semrush|ahrefs|mj12|dotbot|bytespider|yandex|baidu|petal|applebot|gptbot|claude"
    r"|anthropic|perplexity|ccbot|google-|googleother|safelinks|barracuda|proofpoint|mimecast|urlscan|virustotal",
    re.IGNORECASE,
)
AHEAD: Final = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_counted(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request is a person who follows a link now: no HEAD, nothing that is fetched ahead or for a preview,
    and none of the programs that say what they are."""
    if method != "GET":
        return False
    if any(word in headers.get(name, "").lower() for name in AHEAD for word in ("prefetch", "prerender", "preview")):
        return False
    agent = headers.get("User-Agent", "").strip()
    return bool(agent) and PROGRAMS.search(agent) is None
