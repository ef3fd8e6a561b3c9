"""The publishing engine: what is due goes out, once on each account, or a person is told why not.

What it guarantees, whatever dies, freezes or loses an answer:

 1. The row is the truth. Queues only wake workers; a lost, doubled or late message changes nothing.
 2. A row is in one worker's hands: claimed under a lease and a fence, and every write of the worker names the fence.
 3. Nothing is sent before its intent is committed, nor with less lease left than the request may take plus a margin.
 4. A sent row whose answer is missing is `uncertain`. It is looked for after lease + longest request + margin, and
    sent again only on proof that it is not there. Where the platform cannot tell, a person decides.
 5. The remote id is stored in the first statement after the answer. Nothing after that can send the post again, and
    a receipt that comes when the claim is lost is still recorded, for it is proof.
 6. What goes out is the revision that was planned; nobody changes a row while a worker has it.
 7. Nothing goes out later than the workspace allows, or through an account that is signed out: it is held for a person.
 8. Organizations take turns, then their workspaces; within one the oldest goes first; an account publishes one thing at
    a time.
 9. Nothing leaves before its hour, although it is prepared, claimed and read before; and nothing leaves that a gate
    objects to in the transaction of its intent.

What remains: a worker that freezes between the last look at the clock and the write to its socket, for longer than the
lease, the longest request and the margin together, may send a post that was meanwhile sent by another. Only a key that
the platform itself honours closes that gap (Mastodon's idempotency key, Bluesky's record key). Clocks of workers on
several machines must agree to within the margin.
"""
