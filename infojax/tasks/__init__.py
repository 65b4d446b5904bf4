"""Synthetic tasks: laws that can be sampled and whose mutual information is known.

``make(name)`` gives one of the forty tasks of the benchmark of Czyz et al. (2023), and
``names()`` lists them. For a task of your own start from ``gaussian`` (any linear
dependence; ``dense_covariance`` and ``paired_covariance`` build covariances),
``student`` (heavy tails, dependence even without correlation) or ``additive_uniform``
(sharp edges), and make it harder with ``transformed``: one-to-one maps of x and of y
keep the information. ``normal_cdf`` cuts tails, ``half_cube`` lengthens them,
``wiggle`` bends the axes, ``spiral`` mixes the columns, ``swiss_roll`` embeds one
column in the plane, ``to_normal_mixture`` makes a margin bimodal.

No estimator is used here: the information comes from ``closed_form`` in float64.
"""

from infojax.tasks._benchmark import make, names
from infojax.tasks._laws import (
    additive_uniform,
    dense_covariance,
    gaussian,
    paired_covariance,
    student,
)
from infojax.tasks._maps import (
    half_cube,
    normal_cdf,
    spiral,
    swiss_roll,
    to_normal_mixture,
    wiggle,
)
from infojax.tasks._task import Task, transformed

__all__ = [
    "Task",
    "additive_uniform",
    "dense_covariance",
    "gaussian",
    "half_cube",
    "make",
    "names",
    "normal_cdf",
    "paired_covariance",
    "spiral",
    "student",
    "swiss_roll",
    "to_normal_mixture",
    "transformed",
    "wiggle",
]
