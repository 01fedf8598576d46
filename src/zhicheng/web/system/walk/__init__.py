"""``zhicheng walk``: one application through every station over HTTP, as people at their browsers would do it.

Nothing here asks the database or the project's rooms: what is not on a page is not known.
"""
