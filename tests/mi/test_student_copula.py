"""Student copula against closed forms, and its choice of degrees of freedom."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infojax import closed_form, mi, tasks


def draw(task: tasks.Task, n: int = 2000, seed: int = 0):
    return task.sample(jax.random.key(seed), n)


@pytest.mark.parametrize("df", [1, 3])
def test_a_student_law_and_any_increasing_map_of_its_columns(df):
    task = tasks.student(np.eye(4), df, dx=2)
    x, y = draw(task)
    fit = jax.jit(mi.student_copula_fit)(x, y)
    # Within three standard errors, here.
    np.testing.assert_allclose(fit.nu, df, rtol=0.12)
    assert fit.gain > 0
    np.testing.assert_allclose(fit.value, task.mutual_information, atol=0.055)
    mapped = mi.student_copula(jnp.arcsinh(x), y**3)
    np.testing.assert_allclose(mapped, fit.value, rtol=1e-10)


def test_the_value_is_the_closed_form_of_what_was_fitted():
    x, y = draw(tasks.student(np.eye(2), 2, dx=1))
    fit = mi.student_copula_fit(x, y, nus=(2.0,))
    got = closed_form.student_mi(fit.correlation, fit.nu, dx=1)
    # Less the bias of a normal log-determinant, about 1 / (2 n).
    np.testing.assert_allclose(got, fit.value, atol=1 / 2000)


def test_degrees_of_freedom_between_those_that_are_tried():
    x, y = draw(tasks.student(np.eye(4), 3, dx=2))
    grids = (2.0, 3.0, 4.0, 6.0), (1.5, 2.5, 3.5, 5.0), (6.0, 1.0, 2.5, 3.0, 4.0)
    fits = [mi.student_copula_fit(x, y, nus=nus) for nus in grids]
    np.testing.assert_allclose([fit.nu for fit in fits], 3, rtol=0.12)
    np.testing.assert_allclose([fit.nu for fit in fits], fits[0].nu, rtol=0.02)


def test_a_normal_law_has_infinite_degrees_of_freedom():
    x, y = draw(tasks.make("multinormal-dense-3-3-0.5"))
    fit = mi.student_copula_fit(x, y)
    assert jnp.isinf(fit.nu) and fit.gain == 0
    np.testing.assert_allclose(fit.value, mi.gaussian_copula(x, y), atol=2e-3)


@pytest.mark.slow
def test_a_tenth_as_many_columns_as_rows_do_not_look_heavy_tailed():
    # Where half of the rows fit and the others score, this picks nu = 20 and errs by
    # 0.4 nats.
    task = tasks.make("multinormal-dense-50-50-0.5")
    for seed in range(3):
        x, y = draw(task, 1000, seed)
        fit = jax.jit(mi.student_copula_fit)(x, y)
        assert jnp.isinf(fit.nu)
        np.testing.assert_allclose(fit.value, task.mutual_information, atol=0.15)


def test_a_copy_is_infinite_and_a_constant_tells_nothing():
    x = jnp.asarray(np.random.default_rng(0).normal(size=40))
    assert mi.student_copula(x, x) == jnp.inf
    constant = mi.student_copula_fit(x, jnp.ones(40))
    np.testing.assert_allclose(constant.correlation, np.eye(2), atol=1e-12)
    assert abs(constant.value) < 0.05


@pytest.mark.parametrize("nus", [(), (0.5, 2.0)])
def test_degrees_of_freedom_below_one_are_refused(nus):
    x = jnp.arange(5.0)
    with pytest.raises(ValueError, match="student_copula: `nus` must be degrees"):
        mi.student_copula(x, x, nus=nus)
