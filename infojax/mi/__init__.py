"""Mutual information of tables and of paired samples, in nats."""

from infojax.mi._auto import AutoFit, auto, auto_fit
from infojax.mi._conditional_copula import (
    conditional_gaussian,
    conditional_gaussian_copula,
    conditional_student_copula,
)
from infojax.mi._conditional_neighbours import conditional_ksg, conditional_mixed
from infojax.mi._cs_qmi import cs_qmi, normalized_cs_qmi
from infojax.mi._darbellay_vajda import darbellay_vajda
from infojax.mi._discrete import binned, discrete, soft_binned
from infojax.mi._discrete_continuous import discrete_continuous
from infojax.mi._encoder import (
    conditional_encoder_contrastive,
    conditional_encoder_jensen,
    encoder_contrastive,
    encoder_jensen,
)
from infojax.mi._extrapolated_ksg import extrapolated_ksg
from infojax.mi._from_entropies import from_entropies
from infojax.mi._from_entropies_discrete import from_entropies_discrete
from infojax.mi._gaussian import gaussian, gaussian_copula
from infojax.mi._gaussian_discrete import gaussian_copula_discrete
from infojax.mi._kde import kde_bhattacharyya, kde_kl
from infojax.mi._ksg import ksg, ksg2
from infojax.mi._lnc import lnc
from infojax.mi._matrix_renyi import matrix_renyi, normalized_matrix_renyi
from infojax.mi._matrix_renyi_many import (
    matrix_renyi_dual_total_correlation,
    matrix_renyi_total_correlation,
)
from infojax.mi._mixed_ksg import mixed_ksg
from infojax.mi._normalized_plugin import adjusted_plugin, normalized_plugin
from infojax.mi._pairwise import (
    pairwise,
    pairwise_binned,
    pairwise_gaussian_copula,
)
from infojax.mi._plugin import plugin
from infojax.mi._pointwise import (
    pointwise_discrete,
    pointwise_gaussian,
    pointwise_ksg,
    pointwise_student_copula,
)
from infojax.mi._student_copula import (
    StudentCopulaFit,
    student_copula,
    student_copula_fit,
)
from infojax.mi._transfer_entropy import transfer_entropy

__all__ = [
    "AutoFit",
    "StudentCopulaFit",
    "adjusted_plugin",
    "auto",
    "auto_fit",
    "binned",
    "conditional_encoder_contrastive",
    "conditional_encoder_jensen",
    "conditional_gaussian",
    "conditional_gaussian_copula",
    "conditional_ksg",
    "conditional_mixed",
    "conditional_student_copula",
    "cs_qmi",
    "darbellay_vajda",
    "discrete",
    "discrete_continuous",
    "encoder_contrastive",
    "encoder_jensen",
    "extrapolated_ksg",
    "from_entropies",
    "from_entropies_discrete",
    "gaussian",
    "gaussian_copula",
    "gaussian_copula_discrete",
    "kde_bhattacharyya",
    "kde_kl",
    "ksg",
    "ksg2",
    "lnc",
    "matrix_renyi",
    "matrix_renyi_dual_total_correlation",
    "matrix_renyi_total_correlation",
    "mixed_ksg",
    "normalized_cs_qmi",
    "normalized_matrix_renyi",
    "normalized_plugin",
    "pairwise",
    "pairwise_binned",
    "pairwise_gaussian_copula",
    "plugin",
    "pointwise_discrete",
    "pointwise_gaussian",
    "pointwise_ksg",
    "pointwise_student_copula",
    "soft_binned",
    "student_copula",
    "student_copula_fit",
    "transfer_entropy",
]
