"""The verbs of this room."""

from apps.links.services.counting import count
from apps.links.services.domains import add_domain, ask_check, check_domain, check_domains, remove_domain
from apps.links.services.dressing import dress, dressed_as
from apps.links.services.keeping import change_link, change_settings, make_link, remove_link

__all__ = [
    "add_domain", "ask_check", "change_link", "change_settings", "check_domain", "check_domains", "count", "dress",
    "dressed_as", "make_link", "remove_domain", "remove_link",
]  # fmt: skip
