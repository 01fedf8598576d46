"""Mail waits in the outbox."""
