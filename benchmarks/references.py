"""The same numbers from NumPy, SciPy and scikit-learn, written as one usually would.

Arrays keep their dtype, so that float32 is compared with float32. Two libraries widen
on their own: SciPy's k-d trees and scikit-learn's table score work in float64. They
run with their default settings, the trees on one core.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats
from scipy.spatial import cKDTree
from scipy.special import digamma, logsumexp, ndtri
from sklearn.metrics import mutual_info_score

# Tables.


def plugin_entropy(p):
    return stats.entropy(p)


def kl(p, q):
    return stats.entropy(p, q)


def plugin_information(table):
    return mutual_info_score(None, None, contingency=table)


# Normal models, with the bias of the log-determinant taken off.


def _logdet(x):
    n, d = x.shape
    covariance = np.cov(x, rowvar=False, dtype=x.dtype).reshape(d, d)
    freedom = n - np.arange(1, d + 1)
    bias = (digamma(freedom / 2) - math.log((n - 1) / 2)).sum()
    return np.linalg.slogdet(covariance)[1] - float(bias)


def gaussian_entropy(x):
    return (_logdet(x) + x.shape[1] * (1 + math.log(2 * math.pi))) / 2


def gaussian_information(x, y):
    return (_logdet(x) + _logdet(y) - _logdet(np.hstack([x, y]))) / 2


def copula_information(x, y):
    def scores(a):
        return ndtri(stats.rankdata(a, axis=0) / (len(a) + 1)).astype(a.dtype)

    return gaussian_information(scores(x), scores(y))


# Nearest neighbours.


def kozachenko_leonenko(x, k=3):
    n, d = x.shape
    radius = cKDTree(x).query(x, k + 1)[0][:, k]
    log_ball = d / 2 * math.log(math.pi) - math.lgamma(d / 2 + 1)
    return digamma(n) - digamma(k) + log_ball + d * np.log(radius).mean()


def ksg(x, y, k=3):
    joint = np.hstack([x, y])
    radius = cKDTree(joint).query(joint, k + 1, p=np.inf)[0][:, k]
    inside = np.nextafter(radius, 0)  # strictly closer
    value = digamma(k) + digamma(len(x))
    for side in (x, y):
        # The point itself is counted: these are n_x + 1.
        count = cKDTree(side).query_ball_point(
            side, inside, p=np.inf, return_length=True
        )
        value = value - digamma(count).mean()
    return value


# Gram matrices of the Gaussian kernel of bandwidth one.


def _gram(x, y):
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * (x @ y.T)
    return np.exp(-np.maximum(squares, 0) / 2)


def mmd(x, y):
    return _gram(x, x).mean() + _gram(y, y).mean() - 2 * _gram(x, y).mean()


def cauchy_schwarz(x, y):
    own = np.log(_gram(x, x).mean()) + np.log(_gram(y, y).mean())
    return own - 2 * np.log(_gram(x, y).mean())


def conditional_cauchy_schwarz(x, y, y_hat):
    k = _gram(x, x)
    k = k / k.sum(1, keepdims=True) ** 2

    def log_sum(left, right):
        return np.log(np.vdot(k, _gram(left, right)))

    return log_sum(y, y) + log_sum(y_hat, y_hat) - 2 * log_sum(y_hat, y)


def _cs_qmi(k, l):
    n = len(k)
    row_k, row_l = k.mean(1), l.mean(1)
    joint, product = np.vdot(k, l) / n**2, row_k.mean() * row_l.mean()
    return np.log(joint) + np.log(product) - 2 * np.log((row_k * row_l).mean())


def cs_qmi(x, y):
    return _cs_qmi(_gram(x, x), _gram(y, y))


def normalized_cs_qmi(x, y):
    k, l = _gram(x, x), _gram(y, y)
    return _cs_qmi(k, l) / np.sqrt(_cs_qmi(k, k) * _cs_qmi(l, l))


def hsic(x, y):
    k, l = _gram(x, x), _gram(y, y)
    means = k.mean(0)
    centred = k - means[:, None] - means + means.mean()
    return np.vdot(centred, l) / len(x) ** 2


# Transport of n pairs onto their n^2 recombinations.


def wasserstein(x, y, epsilon=0.05, tolerance=1e-6, max_steps=200):
    n = len(x)

    def distances(a):
        return np.sqrt(((a[:, None] - a) ** 2).sum(-1))

    cost = (distances(x)[:, :, None] + distances(y)[:, None]).reshape(n, n * n)
    scaled = cost / epsilon
    log_n = math.log(n)
    g = np.zeros(n * n, x.dtype)
    for _ in range(max_steps):
        f = 2 * log_n - logsumexp(g - scaled, axis=1)
        before, g = g, log_n - logsumexp(f[:, None] - scaled, axis=0)
        if np.abs(g - before).max() <= tolerance:
            break
    f = 2 * log_n - logsumexp(g - scaled, axis=1)
    return (np.exp(f[:, None] + g - scaled - 3 * log_n) * cost).sum()


# Bounds of a score matrix with positives on the diagonal.


def _log_mean_off_diagonal(scores):
    n = len(scores)
    negatives = scores.copy()
    np.fill_diagonal(negatives, -np.inf)
    return logsumexp(negatives) - math.log(n * (n - 1))


def donsker_varadhan(scores):
    return np.diagonal(scores).mean() - _log_mean_off_diagonal(scores)


def nwj(scores):
    return np.diagonal(scores).mean() - np.exp(_log_mean_off_diagonal(scores) - 1)


def infonce(scores):
    contrast = np.diagonal(scores) - logsumexp(scores, axis=1)
    return math.log(len(scores)) + contrast.mean()


def interpolated(scores, alpha=0.5):
    """Without a guard against large scores, which the exponential cannot hold."""
    n = len(scores)
    weight = np.exp(scores)
    without = (weight.sum(0) - weight) / (n - 1)  # column j without row i
    partition = np.log(alpha * without + (1 - alpha))
    own = np.diagonal(partition)
    positive = (partition.sum(0) - own) / (n - 1)
    negative = np.diagonal(without) * np.exp(-own)
    return 1 + np.diagonal(scores).mean() - positive.mean() - negative.mean()
