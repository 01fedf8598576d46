"""Keeping uploaded files: storing, checking, previewing. Knows no application."""
