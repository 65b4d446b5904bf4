"""Mutual information of tables and of paired samples, in nats."""

from infojax.mi._cs_qmi import cs_qmi, normalized_cs_qmi
from infojax.mi._gaussian import gaussian, gaussian_copula
from infojax.mi._ksg import ksg
from infojax.mi._plugin import plugin

__all__ = [
    "cs_qmi",
    "gaussian",
    "gaussian_copula",
    "ksg",
    "normalized_cs_qmi",
    "plugin",
]
