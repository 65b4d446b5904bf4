"""The report: an estimate, its uncertainty, and the checks that question it."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy import stats

from infojax import mi
from infojax._base import checks
from infojax._report import _show
from infojax._report._certificate import certified_lower
from infojax._report._kinds import member, near, open_data, statistics
from infojax._report._resampling import (
    p_value,
    part_estimates,
    slope,
    spread,
    variance,
)
from infojax.types import ArrayLike, MIEstimator, PRNGKey

__all__ = ["Cautions", "MIReport", "report"]

_auto_fit = jax.jit(mi.auto_fit)
_TEST_ROWS = 600  # rows of the local test, shuffled 199 times
_CHECK_ROWS = 2000  # rows of the invariance check
_BOUND_ROWS = 6000  # rows of the certified bound


class Cautions(NamedTuple):
    """What is unusual about the samples or the estimate, each a Boolean.

    ``constant``: a side has one value. ``repeated``: floating columns repeat values.
    ``few``: fewer than ten rows a column. ``saturated``: the estimate is as large as so
    many rows can show, and the truth may be larger. ``biased``: extrapolating the drift
    with the number of rows moves the value by more than its standard error.
    ``unstable``: units matter by more than three standard errors.
    """

    constant: bool
    repeated: bool
    few: bool
    saturated: bool
    biased: bool
    unstable: bool


class MIReport(NamedTuple):
    """Mutual information in nats with all that says how far to trust it.

    ``value`` and its standard error ``stderr``; ``interval [2]`` at ``level``;
    ``bias_slope``, the slope of the estimate over 1/n, so that ``bias_slope / n`` is
    what is left of it; ``p_value`` under independence; ``certified_lower``, which is
    below the truth with probability ``level`` whatever the estimator is worth;
    ``spread``, the range over units. ``chosen`` says what was estimated how, and why;
    ``cautions`` what is unusual. ``rows``, ``sizes`` and ``averages`` (mean estimates
    of parts of so many rows) and ``null`` (statistics of shuffled pairs after that of
    the pairs) are for the figure.

    ``str(report)`` is text, ``report.plot()`` a matplotlib figure.
    """

    value: float
    stderr: float
    interval: tuple[float, float]
    level: float
    bias_slope: float
    p_value: float
    certified_lower: float
    saturated: bool
    spread: float
    chosen: str
    cautions: Cautions
    rows: int
    sizes: tuple[int, ...]
    averages: tuple[float, ...]
    null: tuple[float, ...]

    def __str__(self) -> str:
        return _show.text(self)

    def plot(self):
        """Estimate and interval, drift with the rows, and null distribution."""
        return _show.figure(self)


def report(
    key: PRNGKey,
    x: ArrayLike,
    y: ArrayLike,
    *,
    estimator: MIEstimator = mi.auto,
    level: float = 0.95,
    parts: tuple[int, ...] = (1, 2, 4, 8),
    permutations: int = 199,
    where: ArrayLike | None = None,
) -> MIReport:
    """An estimate of I(X; Y) with standard error, interval, tests and cautions.

    It looks at the data to decide what to do, so it does not run under ``jax.jit``;
    ``mi.auto_fit`` does.

    Args:
        key: shuffles the rows.
        x: samples, ``[n, dx]`` or ``[n]``; integers, Booleans and words are labels.
        y: samples paired with ``x``, ``[n, dy]`` or ``[n]``.
        estimator: of information in nats; by default the one that suits the data.
        level: of the interval and of the certified bound.
        parts: numbers of disjoint parts whose estimates tell variance and drift.
        permutations: shuffles behind the p-value.
        where: ``[n]`` Boolean; pairs marked False are as if absent.

    Returns: ``MIReport``. The standard error is that of ``mi.auto_fit``, and for other
        estimators that of Holmes and Nemenman (2019), from the variance among parts.
        It is NaN where no two parts are large enough to compare.
        The interval allows for noise, not for bias: where ``cautions.biased`` or
        ``saturated`` is set it may miss the truth. The p-value is exact for any data:
        the largest of a monotone, a scale and a neighbour statistic, shuffled together;
        with an estimator of your own, the estimate itself. The bound is one-sided, from
        held-out rows, and at most about log n.
    Gradients: none; the report is made of Python numbers.
    Cost: that of ``mi.auto``, plus what is capped: neighbours of 600 rows a shuffle,
        2000 rows for the units, 6000 for the bound.
    Example:
        >>> x, noise = jax.random.normal(jax.random.key(0), (2, 300))
        >>> found = report(jax.random.key(1), x, x + noise)
        >>> found.p_value, found.interval[0] < 0.3466 < found.interval[1]
        (0.005, True)
    References: Holmes and Nemenman (2019), estimation of mutual information for
        real-valued data with error bars and controlled bias; Phipson and Smyth (2010)
        for the p-value; Nguyen, Wainwright and Jordan (2010) for the bound.
    """
    name = "report"
    if not 0 < level < 1:
        raise checks.fail(ValueError, name, "level", "between 0 and 1", str(level))
    permutations = checks.size(name, permutations, "permutations")
    for number in parts:
        checks.size(name, number, "parts")
    data = open_data(name, x, y, where)
    rows = data.rows
    keys = jax.random.split(key, 3)
    auto = estimator is mi.auto
    if auto:
        fit = jax.tree.map(np.asarray, _auto_fit(*data))
        value, stderr, method = float(fit.value), float(fit.stderr), int(fit.method)
        chosen, one = _show.reason(fit, data), member(method)
        whole, local = statistics(data, method)
    else:
        value, stderr, method = float(jax.jit(estimator)(*data)), 0.0, -1
        chosen, one = getattr(estimator, "__name__", "your own"), estimator
        whole, local = (estimator,), ()
    constant = any(bool(jnp.all(side == side[0])) for side in data)
    enough = tuple(b for b in parts if b > 1 and rows // b > 4 * (data.columns + 1))
    found = {1: np.array([value])} if 1 in parts else {}
    if not constant:
        found |= part_estimates(keys[0], data, one, enough)
    freedom = rows - 1
    if not auto:
        squared, freedom = variance(found)
        stderr = float(np.sqrt(squared))
    quantile = float(stats.t.ppf((1 + level) / 2, max(freedom, 1)))
    half_width = quantile * stderr
    drift = slope(found, rows)
    if constant:
        p, null, lower, units = 1.0, np.zeros(1), 0.0, 0.0
    else:
        p, null = p_value(keys[1], data, whole, local, permutations, _TEST_ROWS)
        lower = certified_lower(keys[2], data, level, _BOUND_ROWS)
        units = spread(data, near if auto else estimator, _CHECK_ROWS)
    ceiling = np.log(rows) - 1 if method in (0, 4) else np.log(rows) / 2
    saturated = bool(value > ceiling)
    cautions = Cautions(
        constant=constant,
        repeated=bool(auto and method == 2),
        few=rows < 10 * max(data.columns, 1),
        saturated=saturated,
        biased=bool(abs(drift) / rows > stderr),
        unstable=bool(units > 3 * stderr),
    )
    return MIReport(
        value=value,
        stderr=stderr,
        interval=(value - half_width, value + half_width),
        level=level,
        bias_slope=drift,
        p_value=p,
        certified_lower=lower,
        saturated=saturated,
        spread=units,
        chosen=chosen,
        cautions=cautions,
        rows=rows,
        sizes=tuple(rows // number for number in found),
        averages=tuple(float(v.mean()) for v in found.values()),
        null=tuple(float(v) for v in null),
    )
