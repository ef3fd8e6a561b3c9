from apps.analytics.models.importing import Import, ImportedPost
from apps.analytics.models.readings import Reading, Refresh
from apps.analytics.models.snapshots import AccountSnapshot, Figures, PublicationSnapshot, SnapshotRun

__all__ = [
    "AccountSnapshot",
    "Figures",
    "Import",
    "ImportedPost",
    "PublicationSnapshot",
    "Reading",
    "Refresh",
    "SnapshotRun",
]
