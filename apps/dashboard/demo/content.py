"""What the demo says: clients, people, and what their accounts post."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from apps.tenants.permissions import Role

AGENCY: Final = "Northlight Agency"
PASSWORD: Final = "northlight-demo"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    role: Role
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Idea:
    """A post of the demo; `picture` says whether it shows one, `platforms` where it goes."""

    text: str
    alt: str = ""
    platforms: tuple[str, ...] = ("instagram", "mastodon", "bluesky")
    comment: str = ""
    label: str = ""


class Reached(StrEnum):
    """How far the approval of an announcement has come."""

    AGENCY = "agency"
    CLIENT = "client"
    APPROVED = "approved"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A post that is approved before it goes out; `words` is a comment on it, `note` what came with the decision."""

    text: str
    alt: str
    reached: Reached
    words: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    name: str
    zone: str
    handle: str
    colours: tuple[str, str]
    ideas: tuple[Idea, ...]

    def handle_on(self, platform: str) -> str:
        return f"{self.handle}.test" if platform == "bluesky" else self.handle


# What posts are sorted by, with its colour and which share of them it should be.
LABELS: Final = {
    "Products": ("blue", 30),
    "Behind the scenes": ("green", 25),
    "Events": ("orange", 25),
    "Offers": ("pink", 0),
}
CAMPAIGN: Final = "Winter is coming"

PEOPLE: Final = (
    Person("Olivia Northlight", "owner@northlight.example", Role.OWNER),
    Person("Adam Reyes", "admin@northlight.example", Role.ADMIN),
    Person("Mara Lind", "manager@northlight.example", Role.MANAGER, ("Harbour Coffee", "Lumen Yoga")),
    Person("Chidi Obi", "creator@northlight.example", Role.CREATOR, ("Harbour Coffee",)),
    Person("Ines Duarte", "approver@northlight.example", Role.APPROVER, ("Harbour Coffee", "Alder & Finch")),
    Person("Viktor Holm", "viewer@northlight.example", Role.VIEWER, ("Alder & Finch",)),
)

CLIENTS: Final = (
    Client(
        "Harbour Coffee",
        "Europe/Berlin",
        "harbourcoffee",
        ("#7b4b2a", "#f0c27b"),
        (
            Idea("Doors are open. First pot is on, the croissants are still warm.", "A counter with fresh croissants"),
            Idea(
                "New on the shelf: Yirgacheffe, washed, with notes of bergamot and peach. 250 g bags from today.",
                "Two coffee bags beside a filter",
                comment="Ground to order: tell us how you brew it.",
                label="Products",
            ),
            Idea("Rain outside, flat white inside. We are here until eight.", platforms=("mastodon", "bluesky")),
            Idea(
                "Saturday cupping, ten seats, no experience needed. Say hello at the bar.",
                "Six cupping bowls",
                label="Events",
            ),
            Idea(
                "We roast on Tuesdays. If the street smells of caramel, that is us.",
                "Beans in a cooling tray",
                label="Behind the scenes",
            ),
            Idea(
                "Bring your own cup and we take 30 cents off. It adds up.",
                platforms=("mastodon", "bluesky"),
                label="Offers",
            ),
        ),
    ),
    Client(
        "Alder & Finch",
        "America/New_York",
        "alderandfinch",
        ("#27413a", "#a9c7a2"),
        (
            Idea(
                "The oak bench is back, oiled twice and ready for another generation.",
                "An oak bench by a window",
                label="Products",
            ),
            Idea(
                "How a drawer should close: without a sound. Dovetails, wax, patience.",
                "A drawer with dovetail joints",
                comment="The wax is our own: beeswax and linseed oil.",
                label="Behind the scenes",
            ),
            Idea(
                "Workshop open house on Thursday, 5 to 8 pm. Sawdust guaranteed.",
                platforms=("mastodon", "bluesky"),
                label="Events",
            ),
            Idea(
                "A walnut table for twelve left for Vermont this morning.",
                "A long walnut table in a van",
                label="Products",
            ),
            Idea(
                "Offcuts sale this weekend: small pieces, smaller prices.", "A crate of wooden offcuts", label="Offers"
            ),
        ),
    ),
    Client(
        "Lumen Yoga",
        "Asia/Tokyo",
        "lumenyoga",
        ("#5b5ea6", "#f3d1dc"),
        (
            Idea(
                "Sunrise class, 6:30. Mats are laid out, tea is waiting.",
                "Mats in a room with morning light",
                label="Events",
            ),
            Idea(
                "One breath in, one breath out. Ten quiet minutes on our balcony at noon.",
                "A balcony with plants",
                label="Behind the scenes",
            ),
            Idea(
                "New teacher, new hour: slow flow with Haruka, Wednesdays at 19:00.",
                "A teacher standing on one leg",
                comment="The first class is on us.",
                label="Events",
            ),
            Idea("We are closed on Monday for the holiday. Stretch anyway.", platforms=("mastodon", "bluesky")),
        ),
    ),
)

# Whose announcements are approved, and by whom at the client; other posts of theirs go out without.
REVIEWED: Final = "Alder & Finch"
REVIEWERS: Final = ("admin@northlight.example", "approver@northlight.example")  # who writes them, and who checks
APPROVED_LABEL: Final = "Announcement"
GUEST: Final = ("Rosa Alder", "rosa@alderandfinch.example")
ANNOUNCEMENTS: Final = (
    Announcement(
        "The spring collection opens on 1 March: six pieces in ash, one of them for children.",
        "A child's chair in ash",
        Reached.AGENCY,
        words="Is the first of March certain? The joiner told us the second week.",
    ),
    Announcement(
        "We are hiring: a finisher with a steady hand and an early alarm clock.", "A brush on a board", Reached.AGENCY
    ),
    Announcement(
        "From January every table comes with its tree: where it stood, and who planted the next one.",
        "A tag on a table leg",
        Reached.CLIENT,
    ),
    Announcement(
        "Our showroom moves across the street. Same key, more daylight.",
        "An empty room with tall windows",
        Reached.CLIENT,
    ),
    Announcement(
        "Oil day: bring a board, we bring the oil. Saturday from ten, free of charge.",
        "Hands oiling a board",
        Reached.APPROVED,
    ),
    Announcement(
        "The Finch stool is back in three heights.",
        "Three stools in a row",
        Reached.CHANGES,
        words="This one is the old stool. The new seat is round.",
        note="Please show the new stool, and say that it ships in May.",
    ),
)
