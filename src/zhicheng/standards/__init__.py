"""National code tables, check algorithms and working-day calendars.

Pure Python: no Django, no clock, no I/O but its own data files.
"""
