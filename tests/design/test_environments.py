"""Environments: reference numbers, laws of what is drawn, and exact information."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from conftest import golden
from scipy import integrate, stats

from infojax import design
from infojax.design._environments._location import intensity
from infojax.design._environments._peregrines import poisson_log_prob

ALL = design.environments()
GOLDEN = golden("eig")
NAMES = ALL._fields
GUIDED = ["location_finding", "emotion"]
COUNTED = [name for name in NAMES if getattr(ALL, name).outcomes is not None]
PRIORS = ["death_process", "survival", "hyperbolic_discounting"]


def those(*quantities: str) -> list:
    return [pytest.param(c, id=c["id"]) for c in GOLDEN if c["quantity"] in quantities]


@functools.cache
def eig(name: str):
    return jax.jit(getattr(ALL, name).eig)


EXACT = {
    "eig_death_process": ("death_process", lambda i: i["xi"]),
    "eig_peregrines": ("peregrines", lambda i: i["t"]),
    "eig_irt_2pl": ("item_response", lambda i: np.array([2, 5])),
    "eig_hyperbolic": (
        "hyperbolic_discounting",
        lambda i: np.array(i["design"], float),
    ),
    "eig_dugongs": ("dugongs", lambda i: i["age"]),
    "eig_moral_machines": (
        "moral_machines",
        lambda i: np.array(i["features"], float),
    ),
}


@pytest.mark.parametrize("case", those(*EXACT))
def test_reference_numbers(case: dict):
    name, point = EXACT[case["quantity"]]
    expected = case["expected"]
    expected = expected["eig"] if isinstance(expected, dict) else expected
    found = eig(name)(point(case["inputs"]))
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    np.testing.assert_allclose(found, expected, **near)


def one(i: dict, *names: str) -> dict:
    return {name: i[name] for name in names}


def item(i: dict) -> dict:
    names = "ability", "difficulty", "discrimination"
    return {name: np.full(6, i[name]) for name in names}


LIKELIHOODS = {
    "loglik_location_finding": (
        "location_finding",
        lambda i: (np.array(i["theta"]), np.array(i["xi"])),
    ),
    "loglik_hyperbolic": (
        "hyperbolic_discounting",
        lambda i: (one(i, "log_k", "alpha"), np.array(i["design"])),
    ),
    "loglik_death_process": ("death_process", lambda i: (i["theta"], i["xi"])),
    "loglik_irt_2pl": ("item_response", lambda i: (item(i), np.array([1, 4]))),
    "loglik_dugongs": (
        "dugongs",
        lambda i: (one(i, "alpha", "beta", "lambda"), i["age"]),
    ),
    "loglik_survival": (
        "survival",
        lambda i: (
            one(i, "lambda0", "beta"),
            np.array([i["time"], i["metastasized"]]),
        ),
    ),
    "loglik_peregrines": (
        "peregrines",
        lambda i: (one(i, "alpha", "beta1", "beta2", "beta3"), i["t"]),
    ),
}


@pytest.mark.parametrize("case", those(*LIKELIHOODS))
def test_reference_likelihoods(case: dict):
    name, arguments = LIKELIHOODS[case["quantity"]]
    inputs, expected = case["inputs"], case["expected"]
    theta, point = arguments(inputs)
    found = getattr(ALL, name).model.log_prob(inputs["y"], theta, point)
    near = {"rtol": case["rtol"], "atol": case["atol"]}
    if isinstance(expected, dict):
        if "intensity" in expected:
            np.testing.assert_allclose(
                intensity(theta, point), expected["intensity"], **near
            )
        if "p_delayed" in expected:
            waits = getattr(ALL, name).model.log_prob(1, theta, point)
            np.testing.assert_allclose(jnp.exp(waits), expected["p_delayed"], **near)
        expected = expected["loglik"]
    np.testing.assert_allclose(found, expected, **near)


def test_every_reference_is_used():
    used = {*EXACT, *LIKELIHOODS, "eig_estimators", "linear_gaussian_eig"}
    assert {c["quantity"] for c in GOLDEN} == used
    assert len(GOLDEN) == 42


# A random design of each is where bounds by simulation must meet the exact value.
POINTS = {
    "location_finding": np.array([1.0, -0.5]),
    "hyperbolic_discounting": np.array([100.0, 120.0, 10.0]),
    "death_process": 0.7,
    "item_response": np.array([0, 3]),
    "dugongs": 2.0,
    "survival": np.array([3.0, 1.0]),
    "peregrines": 1.4,
    "emotion": np.array([2.0, 10.0, 30.0, 0.5, 0.3, 0.2, 10.0]),
    "moral_machines": np.array([1.0, 2, 1, 0, 1, 0, -1, 2, 1]),
}


@pytest.mark.parametrize("name", POINTS)
def test_bounds_bracket_the_exact_information(name: str):
    environment = getattr(ALL, name)

    @jax.jit
    def bounds(key):
        return design.eig_bounds(
            key,
            environment.model,
            POINTS[name],
            outer=2000,
            inner=300,
            block_size=200,
        )

    exact, found = eig(name)(POINTS[name]), bounds(jax.random.key(0))
    assert found.lower < exact + 3 * found.lower_error
    assert found.upper > exact - 3 * found.upper_error
    heavy = {"location_finding", "peregrines", "emotion"}
    gap = 0.5 if name in heavy else 0.05
    assert exact - found.lower < gap
    if environment.outcomes is not None:
        thetas = jax.vmap(environment.model.sample_prior)(
            jax.random.split(jax.random.key(1), 4000)
        )
        plugin = jax.jit(
            lambda t: design.eig_enumerate(
                environment.model.log_prob, t, environment.outcomes, POINTS[name]
            )
        )(thetas)
        np.testing.assert_allclose(plugin, exact, atol=0.03)


@pytest.mark.parametrize("name", GUIDED)
def test_guides_bring_back_the_rate(name: str):
    environment, point = getattr(ALL, name), POINTS[name]
    found = {}
    for inner in (64, 256):
        found[inner] = jax.jit(
            lambda key, inner=inner: design.eig_bounds(
                key,
                environment.model,
                point,
                outer=1000,
                inner=inner,
                guide=environment.guide(point),
                block_size=200,
            )
        )(jax.random.key(0))
        low, high, low_error, high_error = found[inner]
        assert low - 3 * low_error < eig(name)(point) < high + 3 * high_error
    gaps = [float(f.upper - f.lower) for f in found.values()]
    assert 2.5 < gaps[0] / gaps[1] < 5.5  # in proportion to draws: 4


@pytest.mark.parametrize("name", GUIDED)
def test_guides_draw_what_they_give_the_density_of(name: str):
    environment, point = getattr(ALL, name), POINTS[name]
    model, guide = environment.model, environment.guide(point)
    theta = model.sample_prior(jax.random.key(0))
    y = model.sample_outcome(jax.random.key(1), theta, point)

    @jax.jit
    @jax.vmap
    def density(key):
        def weighed(theta, log_weight):
            return jnp.exp(model.log_prob(y, theta, point) + log_weight)

        drawn = guide.sample(key, y)
        log_weight = model.log_prior(drawn) - guide.log_prob(drawn, y)
        return weighed(drawn, log_weight), weighed(model.sample_prior(key), 0.0)

    guided, plain = map(np.asarray, density(jax.random.split(jax.random.key(2), 40000)))
    error = np.hypot(guided.std(), plain.std()) / len(plain) ** 0.5
    np.testing.assert_allclose(guided.mean(), plain.mean(), atol=4 * error)
    assert guided.std() < plain.std()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_drawn_has_a_density(name: str):
    environment = getattr(ALL, name)
    model = environment.model

    @jax.jit
    @jax.vmap
    def draw(key):
        keys = jax.random.split(key, 3)
        point = environment.sample_design(keys[0])
        theta = model.sample_prior(keys[1])
        y = model.sample_outcome(keys[2], theta, point)
        return model.log_prob(y, theta, point), model.log_prior(theta)

    for log in draw(jax.random.split(jax.random.key(0), 100)):
        assert np.isfinite(log).all()


@pytest.mark.parametrize(
    "name", [n for n in NAMES if getattr(ALL, n).outcomes is not None]
)
def test_probabilities_of_all_outcomes_sum_to_one(name: str):
    environment = getattr(ALL, name)
    theta = environment.model.sample_prior(jax.random.key(1))
    logs = jax.vmap(lambda y: environment.model.log_prob(y, theta, POINTS[name]))(
        environment.outcomes
    )
    np.testing.assert_allclose(jnp.sum(jnp.exp(logs)), 1, rtol=1e-12)


@pytest.mark.parametrize(
    "name", ["death_process", "survival", "hyperbolic_discounting"]
)
def test_priors_have_mass_one(name: str):
    log_prior = getattr(ALL, name).model.log_prior
    if name == "death_process":
        mass, _ = integrate.quad(lambda t: np.exp(log_prior(t)), 0, 2)
    elif name == "survival":
        # Over the tenth root of the rate, times the half of a half-normal below its
        # median.
        density = lambda v: float(  # noqa: E731
            jnp.exp(log_prior({"lambda0": v**10, "beta": 0.0})) * 10 * v**9
        )
        mass = integrate.quad(density, 1e-3, 2)[0] / (stats.halfnorm.pdf(0) / 10)
    else:
        law = stats.norm(-4.25, 0.5).logpdf(-4.0) + stats.halfnorm(0, 2).logpdf(3.0)
        mass = np.exp(log_prior({"log_k": -4.0, "alpha": 3.0}) - law)
    np.testing.assert_allclose(mass, 1, rtol=5e-3)


def test_poisson_counts_of_any_size():
    y = np.array([0.0, 3.0, 15.0, 16.0, 500.0, 1e6])
    rate = np.array([0.5, 5.0, 14.0, 20.0, 480.0, 1.001e6])
    expected = stats.poisson.logpmf(y, rate)
    np.testing.assert_allclose(poisson_log_prob(y, np.log(rate)), expected, rtol=1e-9)
    assert poisson_log_prob(jnp.array(-1.0), jnp.array(0.0)) == -jnp.inf


def test_where_nothing_can_be_learned():
    assert eig("death_process")(0.0) == 0
    np.testing.assert_allclose(eig("survival")(np.array([0.0, 1.0])), 0, atol=1e-12)
    # A source far away is as good as none.
    assert 0 < eig("location_finding")(np.array([20.0, 0.0])) < 1e-4


def test_a_power_of_zero_is_dealt_with():
    # At age 0 the length is alpha - beta, whatever lambda.
    expected = np.log(1 + (0.2**2 + 0.5**2) / 0.25**2) / 2
    np.testing.assert_allclose(eig("dugongs")(0.0), expected, rtol=1e-8)


def test_quadrature_of_dugongs_against_another():
    # The reference of this point is good to 1e-3: the power bends at lambda = 0.
    s = np.linspace(0, 4.5**0.25, 4001)
    y = np.linspace(-6, 4, 1501)

    def density(y):
        law = 0
        for sign in (1, -1):
            power = s**2  # the root of lambda = s^4
            scale = np.sqrt(0.25**2 + 0.2**2 + (0.5 * power) ** 2)
            law = law + 4 * s**3 * stats.norm.pdf(sign * s**4, 0.4, 0.5) * (
                stats.norm.pdf(y, 2 - 1.5 * power, scale)
            )
        return integrate.simpson(law, x=s)

    p = np.array([density(point) for point in y])
    entropy = -integrate.simpson(p * np.log(p), x=y)
    expected = entropy - np.log(2 * np.pi * np.e * 0.25**2) / 2
    np.testing.assert_allclose(eig("dugongs")(0.5), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "name, mean, spread",
    [("death_process", 222.30, 189.77), ("hyperbolic_discounting", 0.2202, None)],
)
def test_published_errors_of_the_mean_outcome(name, mean, spread):
    # Squared errors over random designs, of which 0.2202 is the square of 0.46928.
    environment = getattr(ALL, name)

    @jax.jit
    @jax.vmap
    def outcome(key):
        keys = jax.random.split(key, 3)
        theta = environment.model.sample_prior(keys[1])
        point = environment.sample_design(keys[0])
        return environment.model.sample_outcome(keys[2], theta, point)

    y = np.asarray(outcome(jax.random.split(jax.random.key(0), 40000)), float)
    errors = (y - y.mean()) ** 2
    np.testing.assert_allclose(errors.mean(), mean, rtol=0.02)
    if spread is not None:
        np.testing.assert_allclose(errors.std(), spread, rtol=0.03)


def test_predators_and_prey():
    model = ALL.lotka_volterra.model
    means = np.array([0.1, 0.02, 0.4, 0.01])

    def slope(_, z):
        a, b, c, d = means
        return [z[0] * (a - b * z[1]), z[1] * (d * z[0] - c)]

    for time in (3.0, 20.0):
        path = integrate.solve_ivp(slope, (0, time), [40, 9], rtol=1e-10, atol=1e-10)
        y = model.sample_outcome(jax.random.key(0), means, time)
        np.testing.assert_array_equal(y, np.round(path.y[:, -1]))
        assert model.log_prob(y, means, time) == 0
        assert model.log_prob(y + 1, means, time) == -jnp.inf
    # Prey that predators feed grows without bound, and is held.
    wild = means * np.array([1, -2, 1, 1])
    y = model.sample_outcome(jax.random.key(0), wild, 50.0)
    np.testing.assert_array_equal(y, 1_000_000)


def test_the_entropy_of_predators_and_prey():
    # At the start it is known, and soon after few counts are likely.
    assert abs(eig("lotka_volterra")(0.0)) < 1e-9
    model = ALL.lotka_volterra.model

    @jax.jit
    def counts(keys):
        def one(key):
            return model.sample_outcome(key, model.sample_prior(key), 1.0)

        return jax.vmap(one)(keys)

    seen = counts(jax.random.split(jax.random.key(0), 20000))
    _, times = np.unique(np.asarray(seen), axis=0, return_counts=True)
    p = times / times.sum()
    plugin = -np.sum(p * np.log(p)) + len(p) / 40000
    np.testing.assert_allclose(eig("lotka_volterra")(1.0), plugin, atol=0.03)


@pytest.mark.parametrize(
    "name", ["location_finding", "peregrines", "dugongs", "emotion", "survival"]
)
def test_exact_values_have_exact_gradients(name: str):
    point = jnp.asarray(POINTS[name], float)
    slope = jax.jit(jax.grad(getattr(ALL, name).eig))(point)
    step = 1e-5 * jnp.ones_like(point)
    ends = [float(eig(name)(point + sign * step)) for sign in (1, -1)]
    expected = (ends[0] - ends[1]) / 2
    np.testing.assert_allclose(jnp.sum(slope * step), expected, rtol=1e-4)
