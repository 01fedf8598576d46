"""Integrity records and bans."""
