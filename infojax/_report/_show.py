"""A report as text and as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from infojax._report._kinds import Data

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from infojax._report._report import MIReport
    from infojax.mi import AutoFit

__all__ = ["figure", "reason", "text"]

_CAUTIONS = {
    "constant": "one side has a single value: it can tell nothing",
    "repeated": "floating columns repeat values; make labels integers, drop copies",
    "few": "fewer than ten rows a column",
    "saturated": "about as large as so many rows can show: the truth may be larger",
    "biased": "the estimate drifts with the number of rows: the interval may miss",
    "unstable": "units matter: neighbours change by more than three standard errors",
}


def reason(fit: AutoFit, data: Data) -> str:
    """What ``mi.auto`` chose, and why."""
    match int(fit.method):
        case 0 | 1 if data.rows <= data.columns:
            why = "fewer rows than columns"
        case 0 if fit.nu == 0:
            why = "one side is constant"
        case 0:
            tails = "normal" if np.isinf(fit.nu) else f"nu = {fit.nu:.3g}"
            why = f"{tails}; neighbours agree, z = {fit.z:.1f}"
        case 1 if fit.z == 0:
            why = "no copula fits: the columns are nearly functions of each other"
        case 1:
            why = f"neighbours disagree, z = {fit.z:.1f}; copula alone {fit.copula:.3f}"
        case 2:
            why = f"{100 * fit.tied:.0f} % of the rows repeat a value"
        case 3:
            why = "one side is labels"
        case _:
            why = "both sides are labels"
    return f"{fit.name} ({why})"


def text(found: MIReport) -> str:
    """Some lines, values in nats."""
    low, high = found.interval
    bits = found.value / np.log(2)
    lines = [
        f"mutual information  {found.value:.4f} nats ({bits:.4f} bits)",
        f"rows                {found.rows}",
        f"estimator           {found.chosen}",
        f"standard error      {found.stderr:.4f}",
        f"{100 * found.level:.0f} % interval       {low:.4f} to {high:.4f}",
        f"drift with 1/n      {found.bias_slope / found.rows:+.4f} left at this n",
        f"independence        p = {found.p_value:.3f} ({len(found.null) - 1} shuffles)",
        f"certified           above {found.certified_lower:.4f} "
        f"({100 * found.level:.0f} %, held-out rows)",
        f"spread over units   {found.spread:.4f}",
    ]
    raised = [n for n, flag in found.cautions._asdict().items() if flag]
    lines += [f"caution             {_CAUTIONS[name]}" for name in raised]
    return "\n".join(lines)


def figure(found: MIReport) -> Figure:
    """Three panels: the estimate, its drift with the rows, the null distribution."""
    from matplotlib.figure import Figure

    blue, grey, red = "#2f6db3", "#7a7a7a", "#b3261e"
    result = Figure(figsize=(11, 3.2), layout="constrained")
    left, middle, right = result.subplots(1, 3)
    low, high = found.interval
    left.errorbar(
        [found.value],
        [0],
        xerr=[[found.value - low], [high - found.value]],
        fmt="o",
        color=blue,
        capsize=4,
        label=f"{100 * found.level:.0f} % interval",
    )
    left.axvline(found.certified_lower, color=red, ls="--", label="certified bound")
    left.set(yticks=[], xlabel="mutual information [nats]", title="Estimate")
    left.margins(x=0.3)
    left.legend(fontsize=8, loc="upper left")
    inverse = 1 / np.array(found.sizes or (1,))
    middle.plot(inverse, found.averages or (found.value,), "o", color=blue)
    if len(found.sizes) > 1:
        ends = np.array([0, inverse.max()])
        centre = np.mean(found.averages), inverse.mean()
        line = centre[0] + found.bias_slope * (ends - centre[1])
        middle.plot(ends, line, color=grey, lw=1, label="linear in 1/n")
        middle.legend(fontsize=8)
    middle.set(xlabel="1 / rows of a part", ylabel="mean estimate [nats]")
    middle.set_title("Drift with the number of rows")
    right.hist(found.null[1:], bins=20, color=grey, label="shuffled pairs")
    right.axvline(
        found.null[0], color=blue, label=f"the pairs, p = {found.p_value:.3f}"
    )
    right.set(xlabel="test statistic [standard scores]", ylabel="shuffles")
    right.set_title("Independence")
    right.legend(fontsize=8)
    return result
