"""Employers, supervising bodies and title offices; registration and yearly re-verification."""
