"""What the child process of `apps.media.making` does: a process for one picture, or one look at a file.

It knows no Django, no settings and no rooms but this, so that it starts quickly and has nothing to lose."""
