"""What stands on a page: the text a PDF carries, else what a machine reads of its picture. What follows from it is not judged here.

``lines`` are plain values, ``layer`` takes the text of a PDF, ``recognition`` reads a picture, ``read`` decides between them.
"""
