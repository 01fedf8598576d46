"""Which addresses are this very machine. Needs no settings: the web server's configuration asks before there are any."""

from __future__ import annotations

import ipaddress


def is_local(host: str) -> bool:
    """Whether ``host`` is a socket's folder, nothing (the default socket), or a loopback address."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
