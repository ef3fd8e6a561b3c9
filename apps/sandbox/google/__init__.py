"""What Google's platforms share: the consent page, tokens and how they end, and what Google signs.

An account of the sandbox has its Google account in `data["google_user"]`; `settings.of` are the switches of all this.
"""
