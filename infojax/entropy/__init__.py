"""Entropies of tables and samples, in nats."""

from infojax.entropy._gaussian import gaussian
from infojax.entropy._kozachenko_leonenko import kozachenko_leonenko
from infojax.entropy._plugin import plugin

__all__ = ["gaussian", "kozachenko_leonenko", "plugin"]
