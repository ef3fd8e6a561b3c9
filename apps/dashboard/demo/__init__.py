"""An agency to look at: Northlight Agency, its clients and their posts, on the simulated platforms.

Made once, by `manage.py demo`, only where DEBUG is on. Everything goes through the same verbs that people use, but for
the past: posts of past weeks are put into the sandbox's feeds with their times, and written down as published.
"""
