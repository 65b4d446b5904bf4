"""infojax: measure information in data and networks, and train on it, in JAX."""

__version__ = "0.1.0"
