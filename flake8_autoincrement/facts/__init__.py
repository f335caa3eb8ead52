"""Frozen facts about keys, tables and models: what inference finds and rules judge."""
