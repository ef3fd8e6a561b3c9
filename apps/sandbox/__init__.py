"""Simulated platforms over real HTTP, in a process of their own: `python -m apps.sandbox --port 8010`.

Written from the platforms' documentation and from nothing else of Postroom: no room is imported here and no room
imports this one, so that a mistake on one side of the wire cannot be cancelled by the same mistake on the other.

How to write a platform (`apps/sandbox/<name>/`)
------------------------------------------------
Its `__init__.py` exposes `PLATFORM`, a `core.platform.Platform`, and it has one line in `registry.py`, which says its
port: the hub listens on the base port, the n-th platform on base + n, all of them in one asyncio loop.

`build(world) -> Starlette` makes the application out of routes, each made with `core.calls.door`:

    def build(world: World) -> Starlette:
        return Starlette(routes=[
            door(world, PLATFORM, "/xrpc/com.atproto.repo.putRecord", put, operation="commit", methods=["POST"]),
        ])

    async def put(call: Call) -> Response:
        call.account, call.token        # whom `Platform.find_token` recognised; check token.is_valid(call.world.now())
        call.json(), call.body          # the body; call.fields has query, form and JSON fields by name
        call.request, call.part("id")   # the Starlette request, a piece of the path
        raise Refusal(response)         # from anywhere below: answer with this
        return JSONResponse({...})

`operation` is one of consent, token, refresh, stage, commit, find, read, comment, edit, delete, metrics, revoke (or a
function of the call that says which), so that a test can aim a fault at commits alone. All faults, the request
counts and the journal are `door`'s business; a handler meets them in two places: `call.processing_seconds(usual)` for
how long processing takes, and `call.take_fault("failed_processing")` for whether it fails. `Platform.rate_limited` and
`Platform.server_error` say how this platform words a 429 and a 500. The `token_revoked` fault revokes the presented
token in the store; the handler's own check then refuses it.

State (`core.world.World`, as `call.world`)
-------------------------------------------
- `now()`: the sandbox's time, which tests advance. Never `datetime.now()`.
- `store.accounts|tokens|posts|media`: tables of the dataclasses in `core.rows` with add, save, get(platform, id),
  find(**equal), select(where, values), count, delete. What only one platform knows goes into their `data` (JSON).
- `box(platform, kind)`: any other collection, JSON by id: put(id, data, owner=, lives=timedelta), get, take (get once),
  thing (with created_at), all(owner=, order=, limit=), delete. For apps, codes, records, nonces.
- `store.blobs.add(bytes) -> digest` and `.get(digest)`; a picture is `Medium(..., digest=...)` in `store.media`.
- `publish(post, media)` makes a post public: hub pages, counts of duplicates and tests see `store.posts` alone.
  A reply or comment is a `Post` with kind="reply" and `parent_id`. `delete_post`, `posts_of`, `replies_to`, `media_of`.
- `issue_token(...)`, `token(platform, value)`, `revoke`, `expire`; `setting(platform, name)` for switches declared in
  `Platform.settings`; `limits.hit(bucket, limit=, window=, now=, aligned=)`; `number()` for rising ids.
- `permalink(post)`, `profile_url(account)`, `media_url(medium)`, `origin("hub")`, `origin("bluesky")`.
What runs between two awaits is one step for everybody else; `store.transaction()` makes several writes one (no await).

Large uploads: `door(..., streams=True)` leaves the body to the handler, which counts it with `core.uploads.Intake`
(size, CRC-32, first bytes; the rest is not kept). `core.video.probe(head, size=)` tells of an MP4, MOV or WebM what its
first bytes tell: length, displayed sides, codecs, frame rate, bit rate, and whether its index comes first.
`core.fetching.get(url, limit=, user_agent=)` is how a platform comes and gets media, and `core.fetching.measure` how it
gets large ones without keeping them. `core.hooks.deliver` sends a webhook and remembers it.
`apps.sandbox.meta` has what Meta's platforms share: Graph paths and error envelopes.

`core.consent` shows the browser page: `consent.ask(call, ...)` in the authorize handler, `consent.decide(call)` in the
handler of the form's POST to the same path. `core.images.probe(bytes)` tells kind and size of a picture.
The hub creates the seed accounts with `Platform.open_account` (core/seeds.py).
"""
