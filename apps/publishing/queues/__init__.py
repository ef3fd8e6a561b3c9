"""Queues: the next free slot for a post, and what becomes of those that wait when a queue changes.

The rules, which docs/guides/queues.md tells to people:

 1. A post takes the first slot that is free. Slots that the workspace's publishing windows close are passed by.
 2. One of a higher priority takes the first slot that is free or that a post of a lower one has. Whoever loses a slot
    moves back to the next one by the same rule; those of one priority keep their order.
 3. Nothing ever moves to an earlier time by itself. A slot that comes free is taken by whoever comes next.
 4. When slots, jitter or clock of a queue change, what waits is laid anew in its order, from the first slot on.
 5. While a queue is paused nothing of it goes out. Afterwards what was missed takes the next slots, in order, and
    pushes the rest back as far as it has to.
 6. What is out, on its way, being prepared, tried again, or held for another reason is never moved.

Two posts never get one slot: whoever gives slots away holds the queue's row, and a constraint stands behind that. Locks
are taken in one order everywhere: queues, then posts, each by their ids.
"""

from apps.publishing.queues.changing import add_slot, change, create, delete, pause, remove_slot, resume
from apps.publishing.queues.errors import QueueRefused
from apps.publishing.queues.intake import Intake, OneByOne
from apps.publishing.queues.joining import Joined, held, join, no_room, offer
from apps.publishing.queues.leaving import leave
from apps.publishing.queues.preview import Availability, Line, QueueOffer, offers, preview, with_counts

__all__ = [
    "Availability",
    "Intake",
    "Joined",
    "Line",
    "OneByOne",
    "QueueOffer",
    "QueueRefused",
    "add_slot",
    "change",
    "create",
    "delete",
    "held",
    "join",
    "leave",
    "no_room",
    "offer",
    "offers",
    "pause",
    "preview",
    "remove_slot",
    "resume",
    "with_counts",
]
