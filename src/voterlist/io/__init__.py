"""The edge beside the street: the only modules that touch files.

``readers`` bring lists in; ``store`` keeps a run's tables, ``ledger`` what must survive from run to run,
``lock`` lets one run at a time into a workspace; ``xlsx``, ``html`` and ``ics`` write what people open.
"""
