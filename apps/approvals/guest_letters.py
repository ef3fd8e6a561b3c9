"""What is written to the client's guests: the way to their posts, and a reminder of what still waits for them.

Members send these from their own mail program, so that the answer comes to them, or have Postroom send them. They are
in the language of the link, whatever language the member reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _

from apps.approvals.models import ReviewLink
from apps.social_accounts import languages

BREAK: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class GuestLetter:
    to: str
    subject: str
    body: str

    @property
    def url(self) -> str:
        """Opens it in a mail program, where it may be changed before it goes. Lines end as mail has them."""
        body = self.body.replace("\n", "\r\n")
        return f"mailto:{quote(self.to)}?subject={quote(self.subject)}&body={quote(body)}"


def invitation(link: ReviewLink, address: str) -> GuestLetter:
    """The link that was just made, with what it is for and how long. `link` comes with guest, workspace and
    organization."""
    with translation.override(_language(link)):
        names = {"client": link.workspace.name}
        lines = [
            _("Hello %(name)s,") % {"name": link.guest.name},
            _("posts of %(client)s wait for you. See each as it will appear, and approve it, ask for changes or reject "
              "it:") % names,
            address,
            _way(link),
            *([_("You will be asked for a passcode, which you get by another way.")] if link.passcode_hash else []),
            link.organization.name,
        ]  # fmt: skip
        return GuestLetter(link.guest.email, _("Posts to review for %(client)s") % names, BREAK.join(lines))


def reminder(link: ReviewLink, *addresses: str) -> GuestLetter:
    """That something still waits. Where a member sends it, it cannot name the address, which nobody but the guest has
    any more; a mail of ours has one of its own for each link by which something waits, of which `link` ends first."""
    with translation.override(_language(link)):
        names = {"client": link.workspace.name}
        lines = [
            _("Hello %(name)s,") % {"name": link.guest.name},
            _("some posts of %(client)s still wait for your decision.") % names,
            *([*addresses, _way(link)] if addresses else [_way_known(link)]),
            link.organization.name,
        ]
        return GuestLetter(link.guest.email, _("Still to review for %(client)s") % names, BREAK.join(lines))


def _way(link: ReviewLink) -> str:
    return _("You need no account. The link is for you alone, so please do not pass it on. It works until %(day)s.") % {
        "day": _day(link)
    }


def _way_known(link: ReviewLink) -> str:
    return _(
        "Please open the link that you were sent. It works until %(day)s; if you cannot find it, write back and "
        "you get a new one."
    ) % {"day": _day(link)}


def _language(link: ReviewLink) -> str:
    return languages.known(link.language) or languages.DEFAULT


def _day(link: ReviewLink) -> str:
    """The last day, on the client's calendar."""
    return str(formats.date_format(link.expires_at.astimezone(ZoneInfo(link.workspace.timezone)), "DATE_FORMAT"))
