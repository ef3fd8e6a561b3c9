"""The verbs of this room."""

from apps.links.services.counting import count
from apps.links.services.dressing import dress, dressed_as
from apps.links.services.keeping import change_link, change_settings, make_link, remove_link

__all__ = ["change_link", "change_settings", "count", "dress", "dressed_as", "make_link", "remove_link"]
