"""What an observation gives away of a secret, by every measure of a finite table."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp

from infojax import closed_form, quantize
from infojax._base import checks, numerics
from infojax.leakage._fano import fano_of, upper_of
from infojax.types import Array, ArrayLike

__all__ = ["Audit", "audit", "plugin"]


class Audit(NamedTuple):
    """What is known of a secret S after an observation O, scalars.

    In nats: ``mutual_information`` I(S; O), ``conditional_entropy`` H(S | O),
    ``min_entropy_leakage`` and ``maximal_leakage``. As probabilities of a single guess:
    ``prior_vulnerability`` without and ``posterior_vulnerability`` with the
    observation, ``bayes_error`` of the best guess, between ``fano_error`` and
    ``error_upper``. ``expected_guesses`` counts guesses until the secret is hit.
    """

    mutual_information: Array
    conditional_entropy: Array
    prior_vulnerability: Array
    posterior_vulnerability: Array
    min_entropy_leakage: Array
    maximal_leakage: Array
    bayes_error: Array
    fano_error: Array
    error_upper: Array
    expected_guesses: Array


def audit(pso: ArrayLike) -> Audit:
    r"""Every measure of what an observation gives away of a secret.

    Min-entropy leakage :math:`\log(\sum_o \max_s p(s, o) / \max_s p(s))` is at most the
    maximal leakage :math:`\log \sum_o \max_{s: p(s) > 0} p(o | s)`, which holds for
    every function of S that an attacker may be after; they are equal where all secrets
    are equally likely.

    Args:
        pso: law of secret s and observation o, probabilities or counts, ``[ns, no]``,
            nonnegative; normalised.

    Returns: ``Audit``. Secrets and observations of probability 0 change nothing: tables
        may be padded. All zeros for a table of no mass.
    Gradients: exact, and 0 at empty cells of the informations; at ties of a maximum or
        of the order of guesses a mean of the sides. Of ``fano_error`` as of
        ``fano_error``.
    Cost: O(ns no log ns).
    Example:
        >>> told = audit(jnp.array([[4, 1], [1, 4]]))
        >>> round(float(told.mutual_information), 4), round(float(told.bayes_error), 4)
        (0.1927, 0.2)
        >>> round(float(told.min_entropy_leakage), 4)  # log 8/5
        0.47
    References: Smith (2009), on the foundations of quantitative information flow; Issa,
        Wagner and Kamath (2020), an operational approach to information leakage.
    """
    table = checks.counts("audit", "pso", pso, 2)
    mass = table.astype(checks.working_dtype(table.dtype))
    joint = numerics.normalise(jnp.where(mass < 0, 0, mass))
    secret, seen = jnp.sum(joint, axis=1), jnp.sum(joint, axis=0)
    some = jnp.sum(joint) != 0
    left = -jnp.sum(seen * numerics.xlogx(numerics.ratio(joint, seen)))
    prior, posterior = jnp.max(secret), jnp.sum(jnp.max(joint, axis=0))
    channel = numerics.ratio(joint, secret[:, None])
    reach = jnp.sum(jnp.max(channel, axis=0))
    ordered = jnp.sort(joint, axis=0)[::-1]
    turns = jnp.arange(1, len(joint) + 1, dtype=joint.dtype)
    support = jnp.sum(secret > 0).astype(joint.dtype)

    def logarithm(x: Array) -> Array:
        return jnp.log(jnp.where(some, x, 1))

    found = Audit(
        closed_form.categorical_mi(joint),
        left,
        prior,
        posterior,
        logarithm(posterior) - logarithm(prior),
        logarithm(reach),
        jnp.where(some, 1 - posterior, 0),
        fano_of(left, support),
        jnp.where(some, jnp.minimum(upper_of(left), 1 - prior), 0),
        jnp.sum(turns[:, None] * ordered),
    )
    return Audit(*(value.astype(table.dtype) for value in found))


def plugin(
    s: ArrayLike,
    o: ArrayLike,
    *,
    shape: tuple[int, int],
    where: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Audit:
    """Plug-in audit: that of the table of how often codes occur together.

    Biased towards more leakage: of n samples without any, the information is some
    (ns - 1) (no - 1) / 2n nats, and the maximal leakage is far above that.

    Args:
        s: codes of the secret, integers from 0 to ``shape[0] - 1``, ``[n]``; the labels
            that an attack was after.
        o: codes of the observation, below ``shape[1]``, ``[n]``; the labels that it
            found make this an audit of the attack.
        shape: how many codes there are of each, static.
        where: ``[n]`` Boolean; samples marked False are as if absent.
        weights: ``[n]``, floating and nonnegative, in place of ones.

    Returns: ``Audit``, as of ``audit``. Samples with another code, such as -1 for a
        missing one, are left out.
    Gradients: those of ``audit`` in ``weights``; none in the codes.
    Cost: O(n), and that of ``audit``.
    Example:
        >>> s, o = jnp.array([0, 0, 1, 1]), jnp.array([0, 0, 1, 1])
        >>> round(float(plugin(s, o, shape=(2, 2)).mutual_information), 4)
        0.6931
    References: Smith (2009), on the foundations of quantitative information flow.
    """
    name = "plugin"
    s, o = checks.integers(name, "s", s), checks.integers(name, "o", o)
    mask = checks.row_mask(name, where, checks.same_length(name, s=s, o=o))
    if weights is not None:
        weights = checks.as_float(name, "weights", weights)
        checks.same_length(name, s=s, weights=weights)
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise checks.fail(TypeError, name, "shape", "a pair of ints", repr(shape))
    for size in shape:
        checks.size(name, size, "shape")
    return audit(quantize.contingency(s, o, shape=shape, where=mask, weights=weights))
