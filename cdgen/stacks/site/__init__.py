"""Static sites that no language family builds: plain pages, and generators that are one program."""
