"""What is measured: every estimator, its inputs, its reference, its grid of sizes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
import references as ref

from infojax import bounds, dependence, divergence, entropy, losses, mi

__all__ = ["CASES", "Case", "grid"]

# The rule for sizes: rows n, and the columns d timed there. Estimators of pairs compare
# all n x n of them: at 10,000 rows with one width, as d matters little then, unless a
# tree is searched. Pairwise losses stop at the largest batch a training step would see;
# transport, which needs n^3 numbers and 200 passes over them, at 100.
WIDTHS = (2, 6, 20)
COLUMNS = dict.fromkeys((100, 1000, 10000), WIDTHS)
CELLS = dict.fromkeys((100, 1000, 10000), (None,))
PAIRS = COLUMNS | {10000: (6,)}
BATCHES = dict.fromkeys((100, 1000), WIDTHS)
CUBIC = dict.fromkeys((25, 50, 100), WIDTHS)

Arrays = tuple[np.ndarray, ...]


class Case(NamedTuple):
    """One estimator and what is needed to time it.

    ``draw(rng, n, d)`` makes the inputs of both ``infojax`` and ``reference``, and
    ``library`` says where the reference comes from; losses have none. ``sizes`` maps n
    to the widths timed there, None for tables and score matrices, which have no
    columns.
    """

    name: str
    draw: Callable[[np.random.Generator, int, Any], Arrays]
    infojax: Callable[..., Any]
    library: str = ""
    reference: Callable[..., Any] | None = None
    sizes: dict[int, tuple[int | None, ...]] = COLUMNS


def grid(case: Case, *, fast: bool = False) -> list[tuple[int, int | None]]:
    """Sizes n and d to time: all of them, or the smallest."""
    pairs = [(n, d) for n, widths in case.sizes.items() for d in widths]
    return pairs[:1] if fast else pairs


# Inputs. d counts columns in all: a pair shares them half and half.


def _one(rng, n, d):
    return (rng.normal(size=(n, d)),)


def _two(rng, n, d):
    return rng.normal(size=(n, d)), rng.normal(size=(n, d)) + 0.5


def _pair(rng, n, d):
    x, noise = rng.normal(size=(2, n, d // 2))
    return x, (x + noise) / 2**0.5


def _prediction(rng, n, d):
    x, y = _pair(rng, n, d)
    return x, y, x / 2**0.5


def _bottleneck(rng, n, d):
    inputs, targets, predictions = _prediction(rng, n, d)
    return predictions, targets, inputs + 0.1 * rng.normal(size=inputs.shape), inputs


def _classifier(rng, n, d):
    logits, labels = rng.normal(size=(n, 10)), rng.integers(0, 10, n)
    return logits, labels, rng.normal(size=(n, d)), rng.uniform(0.1, 1, (n, d))


def _law(rng, n, d):
    return (rng.dirichlet(np.ones(n)),)


def _laws(rng, n, d):
    return tuple(rng.dirichlet(np.ones(n), size=2))


def _counts(rng, n, d):
    side = round(n**0.5)
    return (rng.integers(0, 20, (side, side)),)


def _scores(rng, n, d):
    return (rng.normal(size=(n, n)) + 2 * np.eye(n),)


_interpolated = partial(bounds.interpolated, alpha=0.5)


# Losses are timed as a training step uses them: value and gradient.


def _product(x, y):
    return x @ y.T


def _vib(logits, labels, mean, scale):
    loss = jax.value_and_grad(losses.vib_loss, argnums=(0, 2, 3))
    return loss(logits, labels, mean, scale)


def _cs_bottleneck(*arrays):
    return jax.value_and_grad(losses.cs_bottleneck_loss, argnums=(0, 2))(*arrays)


def _wasserstein_dependency(x, y):
    loss = partial(losses.wasserstein_dependency_loss, critic=_product)
    return jax.value_and_grad(loss, argnums=(1, 2))(jax.random.key(0), x, y)


def _mi_alpha(student, teacher):
    loss = partial(losses.mi_alpha_loss, critic=_product)
    return jax.value_and_grad(loss)(student, teacher)


_cells = partial(Case, sizes=CELLS)
_pairs = partial(Case, sizes=PAIRS)
_batch = partial(Case, sizes=BATCHES)

CASES = [
    _cells("entropy.plugin", _law, entropy.plugin, "SciPy", ref.plugin_entropy),
    Case("entropy.gaussian", _one, entropy.gaussian, "NumPy", ref.gaussian_entropy),
    Case(
        "entropy.kozachenko_leonenko",
        _one,
        entropy.kozachenko_leonenko,
        "SciPy",
        ref.kozachenko_leonenko,
    ),
    _cells("divergence.kl", _laws, divergence.kl, "SciPy", ref.kl),
    _pairs("divergence.mmd", _two, divergence.mmd, "NumPy", ref.mmd),
    _pairs(
        "divergence.cauchy_schwarz",
        _two,
        divergence.cauchy_schwarz,
        "NumPy",
        ref.cauchy_schwarz,
    ),
    _pairs(
        "divergence.conditional_cauchy_schwarz",
        _prediction,
        divergence.conditional_cauchy_schwarz,
        "NumPy",
        ref.conditional_cauchy_schwarz,
    ),
    _cells("mi.plugin", _counts, mi.plugin, "scikit-learn", ref.plugin_information),
    Case("mi.gaussian", _pair, mi.gaussian, "NumPy", ref.gaussian_information),
    Case(
        "mi.gaussian_copula", _pair, mi.gaussian_copula, "SciPy", ref.copula_information
    ),
    Case("mi.ksg", _pair, mi.ksg, "SciPy", ref.ksg),
    _pairs("mi.cs_qmi", _pair, mi.cs_qmi, "NumPy", ref.cs_qmi),
    _pairs(
        "mi.normalized_cs_qmi",
        _pair,
        mi.normalized_cs_qmi,
        "NumPy",
        ref.normalized_cs_qmi,
    ),
    _pairs("dependence.hsic", _pair, dependence.hsic, "NumPy", ref.hsic),
    Case(
        "dependence.wasserstein",
        _pair,
        dependence.wasserstein,
        "SciPy",
        ref.wasserstein,
        sizes=CUBIC,
    ),
    _cells(
        "bounds.donsker_varadhan",
        _scores,
        bounds.donsker_varadhan,
        "SciPy",
        ref.donsker_varadhan,
    ),
    _cells("bounds.nwj", _scores, bounds.nwj, "SciPy", ref.nwj),
    _cells("bounds.infonce", _scores, bounds.infonce, "SciPy", ref.infonce),
    _cells("bounds.interpolated", _scores, _interpolated, "NumPy", ref.interpolated),
    Case("losses.vib_loss", _classifier, _vib),
    _batch("losses.cs_bottleneck_loss", _bottleneck, _cs_bottleneck),
    _batch("losses.wasserstein_dependency_loss", _pair, _wasserstein_dependency),
    _batch("losses.mi_alpha_loss", _pair, _mi_alpha),
]
