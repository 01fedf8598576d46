"""The pages, one folder per audience."""
