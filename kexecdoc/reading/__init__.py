"""The only code that interprets a log or a scenario: what happened, to whom, and what it means."""
