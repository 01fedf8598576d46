"""Zhicheng (职称): applications for professional titles, on the rules of an official notice."""
