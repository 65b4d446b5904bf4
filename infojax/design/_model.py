"""What an experiment is: three or four pure functions, one draw each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from infojax._base import checks
from infojax.types import Array, ArrayLike, PRNGKey

__all__ = ["EIGBounds", "Guide", "Model", "open_guide", "open_model"]


class Model(NamedTuple):
    """Parameters theta, designs d and outcomes y, as pure functions of one draw each.

    ``sample_prior(key) -> theta``; ``sample_outcome(key, theta, d) -> y``;
    ``log_prob(y, theta, d)`` is log p(y | theta, d), a scalar; ``log_prior(theta)``,
    a scalar, is needed only by guides, by ``eig_posterior`` and by the moves of
    ``particle_belief``. All three may be arrays or pytrees of arrays. Where outcomes
    follow the design as ``g(theta, noise, d)`` gradients go through them.
    """

    sample_prior: Callable[[PRNGKey], Any]
    sample_outcome: Callable[[PRNGKey, Any, Any], Any]
    log_prob: Callable[[Any, Any, Any], Array]
    log_prior: Callable[[Any], Array] | None = None


class Guide(NamedTuple):
    """An approximate posterior at one design: ``sample(key, y) -> theta`` and its law.

    ``log_prob(theta, y)`` is log q(theta | y), a scalar. Close over what is trained.
    """

    sample: Callable[[PRNGKey, Any], Any]
    log_prob: Callable[[Any, Any], ArrayLike]


class EIGBounds(NamedTuple):
    """Bounds of an expected information gain in nats, and their standard errors.

    ``lower`` is below and ``upper`` above it in expectation.
    """

    lower: Array
    upper: Array
    lower_error: Array
    upper_error: Array


def open_model(name: str, model: Model, *, log_prior: bool = False) -> Model:
    """A model, with a density of its prior where one is needed."""
    if not isinstance(model, Model):
        received = type(model).__name__
        raise checks.fail(TypeError, name, "model", "a `design.Model`", received)
    if log_prior and model.log_prior is None:
        expected = "a `design.Model` that knows its `log_prior`"
        raise checks.fail(ValueError, name, "model", expected, "`log_prior` None")
    return model


def open_guide(name: str, guide: Guide) -> Guide:
    """A guide, and nothing else."""
    if not isinstance(guide, Guide):
        received = type(guide).__name__
        raise checks.fail(TypeError, name, "guide", "a `design.Guide`", received)
    return guide
