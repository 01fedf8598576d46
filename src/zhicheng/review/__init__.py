"""The desks: decisions, returns, strikes, paper dossiers."""
