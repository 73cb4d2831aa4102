"""Entries normalised: names of three alphabets to one skeleton, dates, identifiers, addresses.

``stage`` is the stage; the other modules hold the scalar folds, each public under its own name.
Nothing is loaded before it is used: the folds need no library, and a process that helps with them
(``shares``) starts quickly.
"""
