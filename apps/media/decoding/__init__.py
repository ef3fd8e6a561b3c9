"""What opens foreign files, and runs in a process of its own without rights: see apps/media/room for the way in.

Nothing here knows Django, settings or the database, so that such a process starts within a few dozen milliseconds and
has nothing to give away. A file that is not taken raises `Refused`, whose words continue the name of the file.
"""
