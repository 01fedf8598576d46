"""One year's round under one official notice, as validated, versioned data."""
