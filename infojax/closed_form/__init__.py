"""Exact information of known laws, in nats: what estimators are checked against.

Start from what you know about the law. A covariance: ``gaussian_entropy``,
``gaussian_mi``, ``gaussian_kl``, ``gaussian_cauchy_schwarz``, ``gaussian_cs_qmi``; one
correlation: ``bivariate_normal_mi``, and back ``bivariate_normal_correlation``; the
means and scales of a stochastic encoder: ``diagonal_gaussian_kl``. Heavy tails with a
common scale: ``student_entropy`` and ``student_mi``, which become the Gaussian ones as
the degrees of freedom grow. A table of probabilities: the ``categorical_*`` functions.
What principal components of a noisy signal lose: ``pca_information_loss_bound``.

All are differentiable functions of the parameters of the law. For samples of an unknown
law see ``entropy``, ``divergence`` and ``mi``.
"""

from infojax.closed_form._categorical import (
    categorical_cauchy_schwarz,
    categorical_entropy,
    categorical_kl,
    categorical_mi,
)
from infojax.closed_form._cauchy_schwarz import (
    gaussian_cauchy_schwarz,
    gaussian_cs_qmi,
)
from infojax.closed_form._gaussian import (
    bivariate_normal_mi,
    diagonal_gaussian_kl,
    gaussian_entropy,
    gaussian_kl,
    gaussian_mi,
)
from infojax.closed_form._signals import (
    bivariate_normal_correlation,
    pca_information_loss_bound,
)
from infojax.closed_form._student import student_entropy, student_mi

__all__ = [
    "bivariate_normal_correlation",
    "bivariate_normal_mi",
    "categorical_cauchy_schwarz",
    "categorical_entropy",
    "categorical_kl",
    "categorical_mi",
    "diagonal_gaussian_kl",
    "gaussian_cauchy_schwarz",
    "gaussian_cs_qmi",
    "gaussian_entropy",
    "gaussian_kl",
    "gaussian_mi",
    "pca_information_loss_bound",
    "student_entropy",
    "student_mi",
]
