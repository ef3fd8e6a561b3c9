from apps.analytics.models.importing import Import, ImportedPost
from apps.analytics.models.readings import Reading, Refresh
from apps.analytics.models.rollups import AccountDay, PostTotal
from apps.analytics.models.snapshots import AccountSnapshot, Audience, Figures, PublicationSnapshot, SnapshotRun

__all__ = [
    "AccountDay",
    "AccountSnapshot",
    "Audience",
    "Figures",
    "Import",
    "ImportedPost",
    "PostTotal",
    "PublicationSnapshot",
    "Reading",
    "Refresh",
    "SnapshotRun",
]
