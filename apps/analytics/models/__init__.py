from apps.analytics.models.importing import Import, ImportedPost
from apps.analytics.models.plans import Goal, MixShare
from apps.analytics.models.readings import Reading, Refresh
from apps.analytics.models.snapshots import AccountSnapshot, Figures, PublicationSnapshot, SnapshotRun

__all__ = [
    "AccountSnapshot",
    "Figures",
    "Goal",
    "Import",
    "ImportedPost",
    "MixShare",
    "PublicationSnapshot",
    "Reading",
    "Refresh",
    "SnapshotRun",
]
