"""The centre's own picture: figures for the public, fairness, what happened night by night."""
