"""A warden on a machine where the package of fonts is broken: what draws the pages finds no Chinese in it."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from zhicheng.evidence.confinement import cell, warden  # noqa: F401 - the cell loads the fonts
    from zhicheng.evidence.inspection import fonts

    fonts._CONTENT.clear()
    warden.main(sys.argv[1:])
