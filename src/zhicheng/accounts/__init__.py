"""People who sign in: registration, recovery, sign-in safety."""
