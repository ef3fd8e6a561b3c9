"""The media lane: workers that make renditions.

- **The row is the truth.** A message only wakes a worker; a lost, doubled or late one is harmless.
- **One maker at a time.** A worker claims a row with a lease, which it extends while its conversion runs, and a fence,
  without which nothing is written. One that dies is silent, and another takes the row up when the lease is over.
- **Workspaces take turns**: the one that was served longest ago comes first.
- **Called off is called off.** Within seconds the worker finds that the row is not its own any more, and ends FFmpeg.
- **It ends.** What cannot be made fails at once with words; what took its worker down twice fails too. Each failure is
  the event `media.failed`, in the transaction of the row.
"""
