"""Ten experiments whose information gain is known."""

from __future__ import annotations

from typing import NamedTuple

from infojax.design._environments._biology import (
    death_process,
    dugongs,
    lotka_volterra,
)
from infojax.design._environments._common import Environment
from infojax.design._environments._emotion import emotion
from infojax.design._environments._location import location_finding
from infojax.design._environments._moral import moral_machines
from infojax.design._environments._people import (
    hyperbolic_discounting,
    item_response,
    survival,
)
from infojax.design._environments._peregrines import peregrines

__all__ = ["Environment", "Environments", "environments"]


class Environments(NamedTuple):
    """Ten environments by name; ``_asdict()`` walks over them."""

    location_finding: Environment
    hyperbolic_discounting: Environment
    death_process: Environment
    item_response: Environment
    dugongs: Environment
    survival: Environment
    peregrines: Environment
    lotka_volterra: Environment
    emotion: Environment
    moral_machines: Environment


def environments() -> Environments:
    """The ten environments of BoxingGym that have a simulator, with exact answers.

    Priors and outcomes are those of the publication; likelihoods are densities of what
    is simulated, with nothing added or averaged, where its code departs from that:

    - ``location_finding``: three sources in the posterior as in the simulator.
    - ``death_process``: the likelihood of the count of all fifty, not their mean.
    - ``dugongs``: noise may make a length negative, and is not folded.
    - ``peregrines``, ``emotion``, ``survival``: no floor under probabilities.
    - ``emotion``: the sum over the eight scales, not their mean.
    - ``moral_machines``: the number of people has its coefficient.
    - ``lotka_volterra``: an information gain at all, the entropy of whole numbers.

    Args: none.

    Returns: ``Environments`` of ten ``Environment(model, sample_design, eig, outcomes,
        guide)``. ``eig`` takes a design; it is exact to about 1e-6 in float64 and
        1e-3 in float32, but for ``lotka_volterra``, which is within 0.01 up to a time
        of 5 and later too low by at most 0.08.
    Gradients: of ``eig`` exact in designs, zero almost everywhere for
        ``lotka_volterra``. Outcomes follow designs smoothly in ``location_finding``,
        ``dugongs`` and ``emotion``; for the others take ``eig_enumerate`` or
        ``score_function``.
    Cost: a call of ``eig`` is 2e4 to 1e6 densities; ``lotka_volterra`` solves 32768
        equations.
    Example:
        >>> coin = environments().moral_machines
        >>> design = jnp.array([1.0, 0, 1, 0, 0, 0, 0, 0, -1])
        >>> round(float(coin.eig(design)), 5)
        0.01184
    References: Gandhi, Li et al. (2025), BoxingGym, arXiv 2501.01540.
    """
    return Environments(
        location_finding(),
        hyperbolic_discounting(),
        death_process(),
        item_response(),
        dugongs(),
        survival(),
        peregrines(),
        lotka_volterra(),
        emotion(),
        moral_machines(),
    )
