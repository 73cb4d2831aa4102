"""The compiled, corrected list of each precinct, its sheet of corrections, and what to ask.

``compile_lists`` makes the tables of one constituency; ``documents`` cuts them into the lists of
its precincts, each with what its purpose may show.
"""
