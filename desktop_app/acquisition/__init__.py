"""How a pack gets onto this computer, and off it: download, import, export, remove.

Hides the hub's protocol, broken connections and hostile archives. Files are gathered and
checked beside the packs, and the pack appears by one rename when all of them are there.
"""
