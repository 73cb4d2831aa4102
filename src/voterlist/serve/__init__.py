"""The desk in a browser, for several analysts at once.

One process: an event loop answers requests, one thread, the clerk, writes the ledger. What people
decide is confirmed once it is on the disk. The packages that it stands on are an extra.
"""
