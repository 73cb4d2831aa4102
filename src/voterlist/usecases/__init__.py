"""What the program can be asked to do, one function each.

The command line, the desk in a browser, the Python API and a scheduler are faces: each reads what
it was given, calls one of these functions, and tells the result. None of them prints, reads the
clock or knows the language of the terminal: the day, the moment and the language are arguments.
"""
