"""Which rows are one person, how sure that is, and how often chance alone would say so."""
