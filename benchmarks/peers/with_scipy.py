"""NumPy and SciPy by hand: what one writes where no library is wanted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy import linalg, spatial, special, stats

DISTRIBUTIONS = ("numpy", "scipy")
PRECISION = "float32, trees and logarithms of tables in float64"


def radii(points: np.ndarray, k: int, threads: int) -> np.ndarray:
    tree = spatial.cKDTree(points)
    distance, _ = tree.query(points, [k + 1], p=np.inf, workers=threads)
    return distance[:, 0]


def information(x: np.ndarray, y: np.ndarray, k: int, threads: int) -> float:
    """The first estimator of Kraskov, Stoegbauer and Grassberger."""
    x, y = x.reshape(len(x), -1), y.reshape(len(y), -1)
    inside = np.nextafter(radii(np.hstack([x, y]), k, threads), 0)
    counts = [
        spatial.cKDTree(side).query_ball_point(
            side, inside, p=np.inf, workers=threads, return_length=True
        )
        for side in (x, y)
    ]
    expected = sum(special.digamma(count).mean() for count in counts)
    return special.digamma(k) + special.digamma(len(x)) - expected


def ksg(case: SimpleNamespace):
    return lambda: information(case.x, case.y, case.k, case.threads)


def ksg_pairs(case: SimpleNamespace):
    return lambda: [
        information(x, y, case.k, 1) for x, y in zip(case.x, case.y, strict=True)
    ]


def neighbour_entropy(case: SimpleNamespace):
    def call() -> float:
        n, d = case.x.shape
        distance = radii(case.x, case.k, case.threads)
        constant = special.digamma(n) - special.digamma(case.k)
        return constant + d * np.log(2 * distance).mean()

    return call


def kernel_entropy(case: SimpleNamespace):
    # The samples have covariance 1: the estimate is isotropic.
    def call() -> float:
        density = stats.gaussian_kde(case.x.T, case.bandwidth)
        return -density.logpdf(case.x.T).mean()

    return call


def joint_information(table: np.ndarray) -> float:
    p = table / table.sum()
    rows, columns = p.sum(1), p.sum(0)
    plogp = [special.entr(part).sum() for part in (rows, columns, p)]
    return plogp[0] + plogp[1] - plogp[2]


def discrete(case: SimpleNamespace):
    def call() -> float:
        width = case.y.max() + 1
        cells = (case.x.max() + 1) * width
        counts = np.bincount(case.x * width + case.y, minlength=cells)
        return joint_information(counts.reshape(-1, width))

    return call


def binned_matrix(case: SimpleNamespace):
    bins = case.bins

    def call() -> np.ndarray:
        n, d = case.x.shape
        edges = np.quantile(case.x, np.arange(1, bins) / bins, axis=0)
        codes = np.stack(
            [
                np.searchsorted(e, c, "right")
                for e, c in zip(edges.T, case.x.T, strict=True)
            ]
        )
        hot = (codes[:, None] == np.arange(bins)[None, :, None]).astype(np.float32)
        flat = hot.reshape(d * bins, n)
        p = (flat @ flat.T).reshape(d, bins, d, bins) / n
        single = special.entr(hot.mean(2)).sum(1)
        both = special.entr(p).sum((1, 3))
        return single[:, None] + single[None] - both

    return call


def gram(x: np.ndarray, y: np.ndarray, bandwidth: float) -> np.ndarray:
    """Gaussian kernels, by one matrix product and otherwise in place."""
    squares = x @ y.T
    squares *= 2
    squares -= (x**2).sum(1)[:, None]
    squares -= (y**2).sum(1)[None]
    squares *= 1 / (2 * bandwidth**2)
    return np.exp(squares, out=squares)


def vendi(case: SimpleNamespace):
    def call() -> float:
        kernel = gram(case.x, case.x, case.bandwidth)
        spectrum = linalg.eigvalsh(kernel / len(kernel), check_finite=False)
        return np.exp(special.entr(np.maximum(spectrum, 0)).sum())

    return call


def vendi_features(case: SimpleNamespace):
    def call() -> float:
        unit = case.x / np.linalg.norm(case.x, axis=1, keepdims=True)
        spectrum = np.linalg.eigvalsh(unit.T @ unit / len(unit))
        return np.exp(special.entr(np.maximum(spectrum, 0)).sum())

    return call


def centred(k: np.ndarray) -> np.ndarray:
    means = k.mean(0)
    k -= means[None]
    k -= means[:, None]
    k += means.mean()
    return k


def mean_product(k: np.ndarray, l: np.ndarray) -> float:
    # Row by row, as one product of 4e8 numbers in single precision is 0.7 % off.
    return np.vecdot(k, l).mean(dtype=np.float64) / k.shape[1]


def hsic_of(x: np.ndarray, y: np.ndarray, bandwidth: float) -> float:
    return mean_product(centred(gram(x, x, bandwidth)), gram(y, y, bandwidth))


def hsic(case: SimpleNamespace):
    return lambda: hsic_of(case.x, case.y, case.bandwidth)


def hsic_pairs(case: SimpleNamespace):
    return lambda: [
        hsic_of(x, y, case.bandwidth) for x, y in zip(case.x, case.y, strict=True)
    ]


def normalized_hsic(case: SimpleNamespace):
    def call() -> float:
        k, l = (centred(gram(side, side, case.bandwidth)) for side in (case.x, case.y))
        scale = np.sqrt(mean_product(k, k)) * np.sqrt(mean_product(l, l))
        return mean_product(k, l) / scale

    return call


def mmd(case: SimpleNamespace):
    def call() -> float:
        pairs = ((case.x, case.x), (case.y, case.y), (case.x, case.y))
        one, two, cross = (gram(a, b, case.bandwidth).mean() for a, b in pairs)
        return one + two - 2 * cross

    return call
