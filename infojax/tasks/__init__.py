"""Synthetic tasks: laws that can be sampled and whose mutual information is known.

``make(name)`` gives one of the forty tasks of the benchmark of Czyz et al. (2023), and
``names()`` lists them. For a task of your own start from ``gaussian`` (any linear
dependence; ``dense_covariance`` and ``paired_covariance`` build covariances),
``student`` (heavy tails, dependence even without correlation) or ``additive_uniform``
(sharp edges), and make it harder with ``transformed``: one-to-one maps of x and of y
keep the information. ``normal_cdf`` cuts tails, ``half_cube`` lengthens them,
``wiggle`` bends the axes, ``spiral`` mixes the columns, ``swiss_roll`` embeds one
column in the plane, ``to_normal_mixture`` makes a margin bimodal.

``correlated_gaussian`` has the information you ask for, and so has ``image_pairs``,
whose images are drawn from few coordinates by ``gaussian_images`` or
``rectangle_images``. ``twelve_bit`` is the table of patterns and labels on which
information planes are usually shown.

No estimator is used here: the information comes from ``closed_form`` in float64.
"""

from infojax.tasks._benchmark import make, names
from infojax.tasks._correlated import correlated_gaussian, image_pairs
from infojax.tasks._images import gaussian_images, rectangle_images
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
from infojax.tasks._twelve_bit import TwelveBit, twelve_bit

__all__ = [
    "Task",
    "TwelveBit",
    "additive_uniform",
    "correlated_gaussian",
    "dense_covariance",
    "gaussian",
    "gaussian_images",
    "half_cube",
    "image_pairs",
    "make",
    "names",
    "normal_cdf",
    "paired_covariance",
    "rectangle_images",
    "spiral",
    "student",
    "swiss_roll",
    "to_normal_mixture",
    "transformed",
    "twelve_bit",
    "wiggle",
]
