"""Processes that work for this one: what they may take, what they leave behind, how they end."""
