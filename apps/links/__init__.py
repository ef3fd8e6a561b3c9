"""First-party links: what is added to addresses in posts, short addresses of our own, and how often they are followed.

It knows addresses and days, and nobody who followed one: no cookie, no network address, no third party. What a post
says is the desk's business, which tells this room the addresses in it and shows what becomes of them.
"""
