"""Layer 0: the dangers of the whole library, each handled in one place."""
