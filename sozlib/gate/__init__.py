"""The gate: no file leaves the house before it has been searched for what must not be in it."""
