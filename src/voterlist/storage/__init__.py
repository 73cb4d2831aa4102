"""What lies in a workspace: a run's tables, the ledger, locks, files written all or nothing."""
