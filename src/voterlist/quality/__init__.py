"""How right decisions are: second readings, the agreement of two people, what is missed.

``second_readings`` says which decided cases another person is to read, without knowing the first
decision; ``in_effect`` leaves out what has to wait for it. ``agreement`` compares the two readings
of each case, and ``certificate`` says what follows of all decisions, each figure with its interval.
"""
