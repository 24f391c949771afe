"""Data that is declared once: sources, kernel messages, terms, versions, driver counts."""
