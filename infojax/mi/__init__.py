"""Mutual information of tables and of paired samples, in nats."""

from infojax.mi._conditional_neighbours import conditional_ksg, conditional_mixed
from infojax.mi._cs_qmi import cs_qmi, normalized_cs_qmi
from infojax.mi._discrete_continuous import discrete_continuous
from infojax.mi._gaussian import gaussian, gaussian_copula
from infojax.mi._ksg import ksg, ksg2
from infojax.mi._matrix_renyi import matrix_renyi, normalized_matrix_renyi
from infojax.mi._matrix_renyi_many import (
    matrix_renyi_dual_total_correlation,
    matrix_renyi_total_correlation,
)
from infojax.mi._mixed_ksg import mixed_ksg
from infojax.mi._plugin import plugin
from infojax.mi._student_copula import (
    StudentCopulaFit,
    student_copula,
    student_copula_fit,
)
from infojax.mi._transfer_entropy import transfer_entropy

__all__ = [
    "StudentCopulaFit",
    "conditional_ksg",
    "conditional_mixed",
    "cs_qmi",
    "discrete_continuous",
    "gaussian",
    "gaussian_copula",
    "ksg",
    "ksg2",
    "matrix_renyi",
    "matrix_renyi_dual_total_correlation",
    "matrix_renyi_total_correlation",
    "mixed_ksg",
    "normalized_cs_qmi",
    "normalized_matrix_renyi",
    "plugin",
    "student_copula",
    "student_copula_fit",
    "transfer_entropy",
]
