"""The sections of a report, one a folder. ``order.py`` says where each stands."""
