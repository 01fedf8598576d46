"""The road told once: invented people and their steps through the real actions, for rehearsals, the tests' world and the walk.

Nothing here is reachable in production.
"""
