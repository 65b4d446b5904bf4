"""Laws built by hand, their maps, and the mistakes they refuse."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats

from infojax import tasks


@pytest.mark.parametrize("epsilon", [0.1, 0.5, 0.75, 3.0])
def test_information_of_additive_noise_is_entropy_minus_entropy(epsilon: float):
    def density(y: float) -> float:
        overlap = min(y + epsilon, 1) - max(y - epsilon, 0)
        return max(overlap, 0) / (2 * epsilon)

    def entropy_at(y: float) -> float:
        p = density(y)
        return -p * np.log(p) if p > 0 else 0.0

    kinks = sorted({-epsilon, epsilon, 1 - epsilon, 1 + epsilon})
    output = sum(
        integrate.quad(entropy_at, a, b)[0] for a, b in itertools.pairwise(kinks)
    )
    got = tasks.additive_uniform(epsilon).mutual_information
    np.testing.assert_allclose(got, output - np.log(2 * epsilon), rtol=1e-8)


def test_samples_of_additive_noise_are_uniform():
    x, y = tasks.additive_uniform(0.3).sample(jax.random.key(0), 3000)
    noise = stats.uniform(-0.3, 0.6)
    assert stats.kstest(x[:, 0], "uniform").pvalue > 1e-3
    assert stats.kstest((y - x)[:, 0], noise.cdf).pvalue > 1e-3


def test_a_correlated_student_law_against_scipy():
    scale = np.array([[1.0, 0.6, 0.0], [0.6, 2.0, 0.3], [0.0, 0.3, 1.0]])
    task = tasks.student(scale, 4.0, dx=2, name="t")
    blocks = (scale[:2, :2], scale[2:, 2:], scale)
    h = [stats.multivariate_t(shape=s, df=4.0).entropy() for s in blocks]
    np.testing.assert_allclose(task.mutual_information, h[0] + h[1] - h[2])
    x, y = (np.asarray(a) for a in task.sample(jax.random.key(1), 20_000))
    laws = [stats.multivariate_t(shape=s, df=4.0) for s in blocks]
    joint = np.concatenate([x, y], axis=1)
    ratio = laws[2].logpdf(joint) - laws[0].logpdf(x) - laws[1].logpdf(y[:, 0])
    error = ratio.mean() - task.mutual_information
    assert abs(error) < 4.5 * ratio.std() / np.sqrt(len(ratio))


def test_a_transformed_task_maps_the_same_draws():
    task = tasks.gaussian(tasks.dense_covariance(3, 0.4), dx=1, name="g")
    new = tasks.transformed(task, x=tasks.swiss_roll, y=lambda y: 2 * y)
    assert (new.name, new.dim_x, new.dim_y) == ("transformed-g", 2, 2)
    assert new.mutual_information == task.mutual_information
    key = jax.random.key(0)
    (x, y), (u, v) = task.sample(key, 10), new.sample(key, 10)
    np.testing.assert_allclose(u, tasks.swiss_roll(x))
    np.testing.assert_allclose(v, 2 * y)
    with pytest.raises(ValueError, match="transformed: `y` must be a map"):
        tasks.transformed(task, y=lambda y: y.sum())


def test_paired_covariance_leaves_idle_columns_alone():
    matrix = tasks.paired_covariance([0.5, -0.9], dx=2, dy=4)
    assert matrix.shape == (6, 6) and matrix[0, 2] == 0.5 and matrix[3, 1] == -0.9
    task = tasks.gaussian(matrix, dx=2)
    expected = -np.log((1 - 0.25) * (1 - 0.81)) / 2
    np.testing.assert_allclose(task.mutual_information, expected)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"gaussian: `covariance` must be symmetric"):
        tasks.gaussian([[1.0, 2.0], [2.0, 1.0]], dx=1)
    with pytest.raises(ValueError, match=r"gaussian: `covariance` must be symmetric"):
        tasks.gaussian([[1.0, 0.5], [0.0, 1.0]], dx=1)
    with pytest.raises(ValueError, match="`dx` must be"):
        tasks.gaussian(np.eye(2), dx=2)
    with pytest.raises(ValueError, match="student: `df` must be"):
        tasks.student(np.eye(2), jnp.inf, dx=1)
    with pytest.raises(ValueError, match="student: `scale` must be square"):
        tasks.student(np.ones(3), 1, dx=1)
    with pytest.raises(ValueError, match="additive_uniform: `epsilon` must be"):
        tasks.additive_uniform(0.0)
    with pytest.raises(ValueError, match="paired_covariance: `correlations` must be"):
        tasks.paired_covariance([0.5, 0.5], dx=1, dy=3)
