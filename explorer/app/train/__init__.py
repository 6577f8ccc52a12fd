"""The Train panel and what only it needs."""
