"""What can go wrong among people and places, in words that a page shows as they are."""

from __future__ import annotations


class Refused(Exception):
    """Not done. The message is for the person who asked; `field` says which input is at fault, if one is."""

    field = ""


class NameTaken(Refused):
    """Another workspace of the organization already has it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class LastOwner(Refused):
    """An organization always keeps an owner."""

    def __init__(self) -> None:
        super().__init__("This is the last owner. Make somebody else an owner first.")


class OwnersOnly(Refused):
    """Owners are appointed, changed and removed by owners."""

    def __init__(self) -> None:
        super().__init__("Only an owner may make, change or remove an owner.")


class NoWorkspaceChosen(Refused):
    """A role that holds for a workspace needs one to hold in."""

    field = "workspaces"

    def __init__(self) -> None:
        super().__init__("Choose at least one workspace for this role.")


class AlreadyMember(Refused):
    field = "email"

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is already a member.")


class InvitationClosed(Refused):
    """It was accepted, withdrawn, replaced, or has expired."""


class MeantForSomebodyElse(Refused):
    """The signed-in person has not shown that the invited address is theirs."""

    def __init__(self, email: str) -> None:
        super().__init__(f"This invitation is for {email}. Sign out, then open the link again.")


class NotALogo(Refused):
    """The file is no picture that a page could show."""

    field = "logo"


class NoRoomInPlan(Refused):
    """The organization's plan allows no more of these."""


class KeyProblem(Refused):
    """A key was not made or rolled."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class AnotherRequest(Refused):
    """An Idempotency-Key was used before, for a different request."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request. Take a new one for each thing you do.")


class RequestUnderWay(Refused):
    """The first request with this Idempotency-Key has not been answered yet."""

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is being carried out. Ask again in a moment.")
