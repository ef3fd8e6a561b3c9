"""What the measurements of the publishing engine share: servers of their own, rows in bulk, workers as in production.

`stand` starts the servers, and a process of its own (`course`) that knows their database: it plants, starts workers and
beat, and watches the sandbox's fast mode, whose count is the one that is believed.
"""
