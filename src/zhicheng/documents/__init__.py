"""Making papers from data: templates, numbers, watermark, verification. Knows no application."""
