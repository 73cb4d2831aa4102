"""The chain of custody: keys of commissions, and signed packages between them.

``keys`` makes and reads the keys of a commission, ``trust`` says whose packages are taken,
``writing`` writes a package and the receipt that confirms one, ``reading`` checks one and unpacks
it. The format is described in ``docs/packages.md``. Who may send what to whom is in
``commissions``; the journal and the commands stand above.
"""
