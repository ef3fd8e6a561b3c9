"""Who may call a platform now: the rate governor and the circuit breakers, asked once, where the bytes would leave.

- **Before a request leaves** one atomic script looks at every budget it would draw on, at the breakers of its token and
  its app, and at the pauses a platform asked for. All let it through and are charged, or none is, and the caller is
  told when to come back (`Throttled`: nothing was sent).
- **After the answer** its headers correct the counts, and the breakers hear what came of it.
- **Without its server** a process goes on by what it knew last, at a stated fraction of each limit, and says so.

The room owns no rows. What it keeps lives in Valkey or Redis under digests and names of limits: never a token.
"""
