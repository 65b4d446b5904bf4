"""Transfer entropy between two series of symbols."""

from __future__ import annotations

import jax.numpy as jnp

from infojax import entropy
from infojax._base import checks
from infojax.types import Array, ArrayLike

__all__ = ["transfer_entropy"]


def transfer_entropy(
    source: ArrayLike,
    target: ArrayLike,
    *,
    source_states: int,
    target_states: int,
    k: int = 1,
    l: int = 1,
    lag: int = 1,
    weights: ArrayLike | None = None,
) -> Array:
    r"""Plug-in transfer entropy: what the source's past tells of the target's next.

    :math:`I(Y_t; X_{t - lag - l + 1}, ..., X_{t - lag} | Y_{t - k}, ..., Y_{t - 1})`
    over all steps whose windows are whole, from ``t = max(k, l + lag - 1)`` on.

    Args:
        source: labels, integers from 0 to ``source_states - 1``, ``[n]``.
        target: labels from 0 to ``target_states - 1``, ``[n]``.
        source_states, target_states: how many labels there are, static.
        k, l: length of the target's and of the source's window, static.
        lag: steps from the end of the source's window to the target, static, >= 1.
        weights: ``[n]``, floating and nonnegative: how much the step that ends at t
            counts; 0 leaves it out, as between two recordings in one series.

    Returns: scalar in nats, >= 0 up to rounding. Steps whose windows hold another
        label, such as -1 for a missing one, are left out; 0 when none is left. Biased
        upwards like any plug-in estimate, and the more the longer the windows.
    Gradients: exact in ``weights``; none in the labels.
    Cost: O(n (k + l)) time; a table of ``target_states^(k + 1) * source_states^l``.
    Example:
        >>> x = jax.random.bernoulli(jax.random.key(0), shape=(4000,)).astype(int)
        >>> te = transfer_entropy(x, jnp.roll(x, 1), source_states=2, target_states=2)
        >>> round(float(te), 2)  # log 2
        0.69
    References: Schreiber (2000).
    """
    name = "transfer_entropy"
    x = checks.integers(name, "source", source)
    y = checks.integers(name, "target", target)
    n = checks.same_length(name, source=x, target=y)
    sizes = {"k": k, "l": l, "lag": lag}
    k, l, lag = (checks.size(name, value, key) for key, value in sizes.items())
    a = checks.size(name, source_states, "source_states")
    b = checks.size(name, target_states, "target_states")
    start = max(k, l + lag - 1)
    if start >= n:
        expected = f"longer than its windows ({start} steps)"
        raise checks.fail(ValueError, name, "source", expected, f"{n} steps")
    steps = jnp.arange(start, n)
    past, whole_past = _words(y, steps - k, k, b)
    driver, whole_driver = _words(x, steps - lag - l + 1, l, a)
    following, whole = _words(y, steps, 1, b)
    whole = whole & whole_past & whole_driver
    if weights is None:
        mass = whole.astype(jnp.result_type(float))
        dtype = mass.dtype
    else:
        (given,), dtype = checks.common_float(name, weights=weights)
        given = checks.weights(name, given, jnp.ones(n, bool), given.dtype, "weights")
        mass = jnp.where(whole, jnp.where(given < 0, 0, given)[start:], 0)
    table = jnp.zeros((b, b**k, a**l), mass.dtype).at[following, past, driver].add(mass)
    with_past = entropy.plugin(table.sum(2).ravel())
    with_driver = entropy.plugin(table.sum(0).ravel())
    alone = entropy.plugin(table.sum((0, 2)))
    together = entropy.plugin(table.ravel())
    return (with_past + with_driver - alone - together).astype(dtype)


def _words(
    labels: Array, starts: Array, length: int, states: int
) -> tuple[Array, Array]:
    """Windows read as numbers in base ``states``, and whether all their digits are."""
    windows = labels[starts[:, None] + jnp.arange(length)]
    digits = (windows >= 0) & (windows < states)
    word = jnp.zeros_like(starts)
    for position in range(length):
        digit = jnp.where(digits[:, position], windows[:, position], 0)
        word = word * states + digit.astype(word.dtype)
    return word, jnp.all(digits, axis=1)
