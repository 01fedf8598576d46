"""``zhicheng walk``: one application through every station over HTTP, as people at their browsers would do it.

The road and what is typed on it are the rehearsal's (``zhicheng.rehearsal``); here is only how it is done over HTTP. Nothing asks the
database: what is not on a page is not known.
"""
