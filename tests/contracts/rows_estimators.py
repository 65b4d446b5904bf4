"""Rows of entropy, divergence, mi, dependence and bounds."""

from __future__ import annotations

from contracts.row import (
    PAIRED,
    SAMPLES,
    TWO_MASKS,
    TWO_WEIGHTS,
    WHERE1,
    WHERE2,
    XY,
    Case,
    N,
    X,
    bound,
    one,
    pair,
    paired,
    probabilities,
    two,
)
from infojax import bounds, dependence, divergence, entropy, mi, transforms

ROWS = [
    Case(
        "entropy.plugin",
        entropy.plugin,
        probabilities(5),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        bad=("empty",),
        arguments=("p",),
    ),
    Case(
        "entropy.gaussian",
        entropy.gaussian,
        one(),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        infinite=True,
        bad=(*SAMPLES, "mask"),
        arguments=X,
    ),
    Case(
        "entropy.kozachenko_leonenko",
        entropy.kozachenko_leonenko,
        one(),
        smooth=(0,),
        masks=WHERE1,
        joint=((0,),),
        plan=True,
        half=0.5,
        bad=(*SAMPLES, "mask", "k"),
        arguments=X,
    ),
    Case(
        "divergence.kl",
        divergence.kl,
        probabilities(5, count=2),
        smooth=(0, 1),
        masks=WHERE2,
        joint=((0, 1),),
        infinite=True,
        bad=("empty",),
        arguments=("p", "q"),
    ),
    Case(
        "divergence.mmd",
        divergence.mmd,
        two(),
        smooth=(0, 1),
        masks=TWO_MASKS,
        weights=TWO_WEIGHTS,
        joint=((0,), (1,)),
        symmetric=True,
        plan=True,
        bad=(*SAMPLES, "width"),
        arguments=XY,
    ),
    Case(
        "divergence.cauchy_schwarz",
        divergence.cauchy_schwarz,
        two(),
        smooth=(0, 1),
        masks=TWO_MASKS,
        weights=TWO_WEIGHTS,
        joint=((0,), (1,)),
        symmetric=True,
        plan=True,
        bad=(*SAMPLES, "width"),
        arguments=XY,
    ),
    Case(
        "divergence.conditional_cauchy_schwarz",
        divergence.conditional_cauchy_schwarz,
        lambda rng: tuple(rng.normal(size=(N, d)) for d in (2, 1, 1)),
        smooth=(0, 1, 2),
        masks={"where": (0, 1, 2)},
        weights={"weights": (0, 1, 2)},
        joint=((0, 1, 2),),
        plan=True,
        bad=PAIRED,
        arguments=("x", "y", "y_hat"),
    ),
    *(
        Case(
            f"divergence.{name}",
            getattr(divergence, name),
            one(),
            smooth=(0,),
            bad=("integer",),
            arguments=("log_kernel",),
        )
        for name in ("squared_sum", "sum_of_squares")
    ),
    Case(
        "mi.plugin",
        mi.plugin,
        lambda rng: (probabilities(12)(rng)[0].reshape(3, 4),),
        smooth=(0,),
        bad=("empty", "vector"),
        arguments=("pxy",),
    ),
    paired("mi.gaussian", mi.gaussian, smooth=(0, 1), symmetric=True, infinite=True),
    paired(
        "mi.gaussian_copula",
        mi.gaussian_copula,
        symmetric=True,
        infinite=True,
        half=0.3,
    ),
    paired(
        "mi.gaussian_copula",
        lambda x, y, **o: mi.gaussian_copula(
            x, y, scores=transforms.soft_normal_scores(0.5), **o
        ),
        variant="soft",
        smooth=(0, 1),
        symmetric=True,
        infinite=True,
        half=0.3,
    ),
    paired(
        "mi.student_copula",
        mi.student_copula,
        symmetric=True,
        infinite=True,
        half=0.3,
    ),
    paired(
        "mi.student_copula_fit",
        # The degrees of freedom may be infinite, and a correlation is never 0.
        lambda x, y, **o: mi.student_copula_fit(x, y, **o)[::3],
        infinite=True,
        half=0.3,
    ),
    paired(
        "mi.ksg",
        mi.ksg,
        symmetric=True,
        plan=True,
        half=0.5,
        bad=(*PAIRED, "k"),
    ),
    paired(
        "mi.ksg",
        lambda x, y, **o: mi.ksg(x, y, step=transforms.sigmoid_step(0.3), **o),
        variant="soft",
        smooth=(0, 1),
        symmetric=True,
        plan=True,
        half=0.5,
    ),
    paired(
        "mi.cs_qmi",
        mi.cs_qmi,
        smooth=(0, 1),
        weights={"weights": (0, 1)},
        symmetric=True,
        plan=True,
    ),
    paired(
        "mi.normalized_cs_qmi",
        mi.normalized_cs_qmi,
        smooth=(0, 1),
        weights={"weights": (0, 1)},
        symmetric=True,
        plan=True,
    ),
    paired(
        "dependence.hsic",
        dependence.hsic,
        smooth=(0, 1),
        weights={"weights": (0, 1)},
        symmetric=True,
        plan=True,
    ),
    paired(
        "dependence.wasserstein",
        lambda x, y, **o: dependence.wasserstein(
            x, y, epsilon=0.5, tolerance=1e-9, max_steps=3000, **o
        ),
        inputs=pair(n=6),
        symmetric=True,
    ),
    paired(
        "dependence.wasserstein_solve",
        lambda x, y, **o: (
            dependence.wasserstein_solve(
                x, y, epsilon=0.5, tolerance=1e-9, max_steps=3000, **o
            ).regularized
        ),
        inputs=pair(n=6),
        smooth=(0, 1),
        symmetric=True,
    ),
    bound("dependence.wasserstein_dual", dependence.wasserstein_dual),
    bound("bounds.donsker_varadhan", bounds.donsker_varadhan),
    bound("bounds.nwj", bounds.nwj),
    bound("bounds.infonce", bounds.infonce),
    bound(
        "bounds.interpolated",
        lambda s, **o: bounds.interpolated(s, alpha=0.3, **o),
    ),
]


TYPES = {"dependence.WassersteinResult", "mi.StudentCopulaFit"}
