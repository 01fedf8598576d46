"""Public notices with a legal clock, and objections."""
