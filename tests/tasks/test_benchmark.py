"""The forty named tasks: truth from other formulas, samples that fit the truth."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from infojax import tasks

every = pytest.mark.parametrize("name", tasks.names())
NORMAL = [n for n in tasks.names() if re.match("1v1-normal|multinormal", n)]


def law(name: str) -> tuple[str, list[float]]:
    """The innermost law of a name and its numbers."""
    found = re.search(
        r"(1v1-normal|1v1-additive|1v1-bimodal|multinormal-dense|multinormal-sparse"
        r"|student-identity)-([\d.-]+)$",
        name,
    )
    assert found
    return found[1], [float(part) for part in found[2].split("-")]


def truth(name: str) -> float:
    kind, numbers = law(name)
    match kind:
        case "1v1-normal" | "1v1-bimodal":
            return -np.log(1 - numbers[0] ** 2) / 2
        case "1v1-additive":
            e = numbers[0]
            return 1 / (4 * e) if e > 0.5 else e - np.log(2 * e)
        case "multinormal-dense":  # from the eigenvalues of constant correlation
            d, rho = int(numbers[0]), numbers[2]
            whole = np.log(1 - rho) + np.log(1 + (2 * d - 1) * rho)
            return np.log(1 + (d - 1) * rho) - whole / 2
        case "multinormal-sparse":  # two pairs, signal to noise lambda^2
            rho = numbers[3] ** 2 / (1 + numbers[3] ** 2)
            return -np.log(1 - rho**2)
    d, df = int(numbers[0]), numbers[2]

    def entropy(width: int) -> float:
        return stats.multivariate_t(shape=np.eye(width), df=df).entropy()

    return 2 * entropy(d) - entropy(2 * d)


def test_the_forty_names_are_distinct():
    assert len(tasks.names()) == len(set(tasks.names())) == 40


@every
def test_truth_and_samples(name: str):
    task = tasks.make(name)
    assert task.name == name
    assert isinstance(task.mutual_information, float)
    np.testing.assert_allclose(task.mutual_information, truth(name), rtol=1e-12)

    widths = [int(n) for n in law(name)[1][:2]] if "1v1" not in name else [1, 1]
    if name.startswith("swissroll"):
        widths[0] = 2
    assert [task.dim_x, task.dim_y] == widths
    x, y = task.sample(jax.random.key(0), 500)
    assert x.shape == (500, task.dim_x) and y.shape == (500, task.dim_y)
    assert x.dtype == y.dtype == jnp.float64
    assert np.isfinite(x).all() and np.isfinite(y).all()
    again, other = (task.sample(jax.random.key(k), 500) for k in (0, 1))
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(y, again[1])
    assert not np.any(np.isin(np.asarray(x), np.asarray(other[0])))


@pytest.mark.parametrize("name", NORMAL)
def test_covariance_of_samples(name: str):
    n, task = 20_000, tasks.make(name)
    kind, numbers = law(name)
    d = task.dim_x
    if kind == "multinormal-sparse":
        expected = np.eye(2 * d)
        expected[[0, 1, d, d + 1], [d, d + 1, 0, 1]] = 0.8
    else:
        rho = numbers[-1]
        expected = rho + (1 - rho) * np.eye(2 * d)
    sample = np.concatenate(task.sample(jax.random.key(7), n), axis=1)
    error = np.cov(sample.T) - expected
    # Standard error of an entry; the largest of 5000 entries stays below six of them.
    assert (np.abs(error) < 6 * np.sqrt((1 + expected**2) / n)).all()
    assert (np.abs(sample.mean(0)) < 6 / np.sqrt(n)).all()


@pytest.mark.parametrize("name", [n for n in tasks.names() if n.startswith("student")])
def test_radius_of_student_samples(name: str):
    task = tasks.make(name)
    d, df = 2 * task.dim_x, law(name)[1][2]
    sample = np.concatenate(task.sample(jax.random.key(3), 4000), axis=1)
    radius = np.sum(sample**2, axis=1) / d
    assert stats.kstest(radius, stats.f(d, df).cdf).pvalue > 1e-3
    assert stats.kstest(sample[:, 0], stats.t(df).cdf).pvalue > 1e-3


def log_ratio(name: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pointwise information log p(x, y) / p(x) p(y) under the stated law."""
    kind, numbers = law(name)
    if kind == "1v1-additive":
        e = numbers[0]
        # p(y | x) = 1 / 2e, and p(y) is the overlap of [y - e, y + e] with [0, 1].
        overlap = np.clip(np.minimum(y + e, 1) - np.maximum(y - e, 0), 0, 1)
        return -np.log(overlap[:, 0])
    joint = np.concatenate([x, y], axis=1)
    d = x.shape[1]
    if kind == "student-identity":
        laws = [
            stats.multivariate_t(shape=np.eye(k), df=numbers[2]) for k in (2 * d, d)
        ]
    elif kind == "multinormal-sparse":
        matrix = np.eye(2 * d)
        matrix[[0, 1, d, d + 1], [d, d + 1, 0, 1]] = 0.8
        laws = [stats.multivariate_normal(cov=c) for c in (matrix, np.eye(d))]
    else:
        rho = numbers[-1]
        laws = [
            stats.multivariate_normal(cov=rho + (1 - rho) * np.eye(k))
            for k in (2 * d, d)
        ]
    return laws[0].logpdf(joint) - laws[1].logpdf(x) - laws[1].logpdf(y)


MEASURED = [
    "1v1-normal-0.75",
    "1v1-additive-0.1",
    "1v1-additive-0.75",
    "multinormal-dense-5-5-0.5",
    "multinormal-sparse-3-3-2-2.0",
    "student-identity-2-2-1",
    "student-identity-5-5-3",
]


@pytest.mark.parametrize("name", MEASURED)
def test_samples_carry_the_stated_information(name: str):
    task, n = tasks.make(name), 20_000
    x, y = (np.asarray(a) for a in task.sample(jax.random.key(5), n))
    ratio = log_ratio(name, x, y)
    error = ratio.mean() - task.mutual_information
    assert abs(error) < 4.5 * ratio.std() / np.sqrt(n)


def test_information_is_exact_and_samples_single_when_jax_is_single():
    name = "student-identity-3-3-2"
    exact = tasks.make(name).mutual_information
    with jax.enable_x64(False):
        task = tasks.make(name)
        x, _ = task.sample(jax.random.key(0), 3)
    assert task.mutual_information == exact
    assert x.dtype == jnp.float32


def test_heavy_tails_stay_finite_in_single_precision():
    with jax.enable_x64(False):
        task = tasks.student(np.eye(2), 0.5, dx=1)
        x, y = jax.jit(task.sample, static_argnums=1)(jax.random.key(0), 200_000)
    assert np.isfinite(x).all() and np.isfinite(y).all()


def test_a_task_can_be_built_and_drawn_inside_jit_and_vmap():
    name = "spiral-normal_cdf-multinormal-sparse-3-3-2-2.0"
    keys = jax.random.split(jax.random.key(0), 2)
    drawn = jax.jit(jax.vmap(lambda key: tasks.make(name).sample(key, 4)))(keys)
    for i, key in enumerate(keys):
        for got, expected in zip(drawn, tasks.make(name).sample(key, 4), strict=True):
            np.testing.assert_allclose(got[i], expected, rtol=1e-12)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match=r"`name` must be .*'1v1-normal-0\.75'"):
        tasks.make("1v1-normal-0.7")


@pytest.mark.parametrize("n, error", [(0, ValueError), (2.0, TypeError)])
def test_a_wrong_size_is_named(n, error):
    with pytest.raises(error, match="sample: `n` must be"):
        tasks.make("1v1-normal-0.75").sample(jax.random.key(0), n)
