"""The sandbox's fast mode: two platforms that answer publishing calls, cheaply, and count what they accepted.

It is what benchmarks publish to. The sandbox proper keeps every account, token and picture in a database and judges as
the platforms do, which costs more than the worker that is measured; here an account is whatever token a request brings,
everything lives in memory, and an answer takes a fixed time and next to no work. Whoever measures asks it, and not the
database of Postroom, what has gone out, how often and when.

Spoken are Mastodon (one step) and Threads (a container, then its publication), text alone, as far as publishing, and
looking for what was published, needs. Like the rest of the sandbox it shares no line with the adapters.
"""
