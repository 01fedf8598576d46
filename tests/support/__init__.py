"""What the tests stand on: a PostgreSQL cluster of their own, browsers, a running instance."""
