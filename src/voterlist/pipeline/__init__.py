"""A run: every stage over one workspace, and what it leaves behind.

>>> from voterlist import config                                             # doctest: +SKIP
>>> from voterlist.pipeline.running import run                               # doctest: +SKIP
>>> settings = config.load(workspace / config.SETTINGS_FILE)                     # doctest: +SKIP
>>> run(workspace, settings, today=datetime.date(2026, 2, 3))                # doctest: +SKIP
"""
