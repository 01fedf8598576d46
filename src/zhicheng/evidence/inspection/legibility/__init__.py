"""How legible a page is, as its reader will see it: advice to whoever uploads it (S-25). Nothing here refuses a file.

``pages`` makes the pictures, ``print`` finds the print on one, the other modules each judge one thing, ``look`` asks them all.
"""
