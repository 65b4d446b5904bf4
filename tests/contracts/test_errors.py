"""Bad input gives an error that names function, argument, expected and received."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from contracts.cases import CASES, Case, example
from contracts.test_coverage import FUNCTIONS
from infojax import (
    attention,
    bounds,
    critics,
    design,
    distributed,
    fairness,
    fit,
    infoplane,
    layers,
    losses,
    mi,
    pid,
    prompts,
    report,
    sharded,
    tasks,
    theory,
    transforms,
)

ROWS = [(c, kind) for c in CASES for kind in c.bad]


def _break(case: Case, kind: str):
    """Arguments made bad in one way, the options, the error and the guilty names."""
    arrays, options = list(example(case)), {}
    guilty, error = case.arguments, ValueError
    match kind:
        case "integer":
            arrays[0], error = jnp.ones(arrays[0].shape, int), TypeError
            guilty = case.arguments[:1]
        case "rank":
            arrays[0], guilty = jnp.ones((2, 3, 4)), case.arguments[:1]
        case "empty":
            arrays[0], guilty = arrays[0][:0], case.arguments[:1]
        case "mismatch":
            arrays[-1], guilty = arrays[-1][1:], case.arguments[-1:]
        case "width":
            arrays[1], guilty = jnp.ones((4, 7)), case.arguments[1:2]
        case "mask":
            options["where"], guilty = jnp.ones(3, bool), ("where",)
        case "k":
            options["k"], guilty = len(arrays[0]), ("k",)
        case "ks":
            options["ks"], guilty = (1, len(arrays[0])), ("ks",)
        case "rectangular":
            arrays[0] = arrays[0][:, 1:]
        case "vector":
            arrays[0] = jnp.ones(3)
        case "labels":
            arrays[1], error, guilty = jnp.ones(len(arrays[1])), TypeError, ("labels",)
    return arrays, options, error, guilty


@pytest.mark.parametrize("case, kind", ROWS, ids=[f"{c.id}-{k}" for c, k in ROWS])
def test_the_error_explains_itself(case: Case, kind: str):
    arrays, options, error, guilty = _break(case, kind)
    with pytest.raises(error) as caught:
        case.call(*arrays, **options)
    message = str(caught.value)
    assert case.name.split(".")[-1] + ":" in message
    assert any(f"`{name}`" in message for name in guilty), message
    assert "must be" in message and "received" in message


X = jnp.ones((4, 2))
KEY = jax.random.key(0)
NORMAL = design.Model(jax.random.normal, lambda key, t, d: t, lambda y, t, d: -(y**2))
LINEAR, RULE = critics.bilinear(2, 2), optax.sgd(0.1)
# Functions that are not called with arrays alone, and a mistake for each.
OTHERS = {
    "design.eig_bounds": (
        lambda: design.eig_bounds(KEY, NORMAL, 1.0, outer=0, inner=1),
        "outer",
    ),
    "design.eig_marginal": (
        lambda: design.eig_marginal(KEY, NORMAL, 1.0, 2.0, outer=1),  # type: ignore[arg-type]
        "log_marginal",
    ),
    "design.eig_marginal_likelihood": (
        lambda: design.eig_marginal_likelihood(KEY, len, 1.0, len, len, outer=1),  # type: ignore[arg-type]
        "model",
    ),
    "design.eig_posterior": (
        lambda: design.eig_posterior(KEY, NORMAL, 1.0, len, outer=1),  # type: ignore[arg-type]
        "model",
    ),
    "design.eig_trajectory": (
        lambda: design.eig_trajectory(
            KEY, NORMAL, lambda *_: 1.0, 1.0, steps=0, outer=1, inner=1
        ),
        "steps",
    ),
    "design.gradient_search": (
        lambda: design.gradient_search(len, 0.1),  # type: ignore[arg-type]
        "optimizer",
    ),
    "design.particle_belief": (
        lambda: design.particle_belief(NORMAL, particles=4, steps=1, moves=1),
        "model",
    ),
    "design.run_experiment": (
        lambda: design.run_experiment(KEY, NORMAL, len, len, 1.0, steps=1),  # type: ignore[arg-type]
        "belief",
    ),
    "fit.autoencoder": (
        lambda: fit.autoencoder(jax.random.key(0), X, optax.adam(1e-3), columns=0),
        "columns",
    ),
    "infoplane.activations": (lambda: infoplane.activations(X, X), "model"),
    "infoplane.adaptive_bins": (lambda: infoplane.adaptive_bins(count=0), "count"),
    "infoplane.bins": (lambda: infoplane.bins()(X, X, X[:, 0]), "labels"),
    "infoplane.compression": (lambda: infoplane.compression(1.0), "information"),
    "infoplane.encoder": (
        lambda: infoplane.encoder(jax.random.key(0))(X, X, X[:, 0]),
        "labels",
    ),
    "infoplane.estimate": (lambda: infoplane.estimate([]), "recordings"),
    "infoplane.from_arrays": (
        lambda: infoplane.from_arrays({"h": X}, X, X, epochs=[0]),
        "layers",
    ),
    "infoplane.interval": (lambda: infoplane.interval(X, level=2.0), "level"),
    "infoplane.load": (lambda: infoplane.load("run.txt"), "path"),
    "infoplane.log_epochs": (lambda: infoplane.log_epochs(0), "last"),
    "infoplane.noise": (lambda: infoplane.noise()(X, X, X[:, 0]), "labels"),
    "infoplane.plot_epochs": (lambda: infoplane.plot_epochs({}), "planes"),
    "infoplane.plot_gradients": (
        lambda: infoplane.plot_gradients([0, 1], {"h": [1.0]}),
        "snr",
    ),
    "infoplane.plot_plane": (lambda: infoplane.plot_plane({}), "planes"),
    "infoplane.record": (
        lambda: infoplane.record(
            infoplane.start(lambda x: {"h": x}, X, X, epochs=[0]), 0, lambda x: {"g": x}
        ),
        "model",
    ),
    "infoplane.running_gradient_snr": (
        lambda: infoplane.running_gradient_snr({}),
        "like",
    ),
    "infoplane.samples": (lambda: infoplane.samples(3.0), "of_inputs"),
    "infoplane.save": (lambda: infoplane.save("run.txt", None), "path"),
    "infoplane.sow": (lambda: infoplane.sow(X, "h", X), "module"),
    "infoplane.start": (
        lambda: infoplane.start(lambda x: {"h": x}, X, X, epochs=[]),
        "epochs",
    ),
    "infoplane.write_page": (lambda: infoplane.write_page("p.html", {}), "planes"),
    "prompts.select": (lambda: prompts.select(np.ones((2, 1, 2)), names="a"), "names"),
    "fairness.plot_frontier": (lambda: fairness.plot_frontier(X), "surface"),
    "pid.plot_atoms": (lambda: pid.plot_atoms({}), "parts"),
    "tasks.correlated_gaussian": (
        lambda: tasks.correlated_gaussian(-1.0),
        "mutual_information",
    ),
    "tasks.image_pairs": (lambda: tasks.image_pairs(1.0, d=0), "d"),
    "attention.capacity": (lambda: attention.capacity(X), "mask"),
    "attention.causal_mask": (lambda: attention.causal_mask(0), "length"),
    "attention.leakage": (lambda: attention.leakage(X[:2] > 0, X), "targets"),
    "attention.modality_mutual_mask": (
        lambda: attention.modality_mutual_mask(3, [[0.0, 1.0]], [[1, 2]]),
        "query_spans",
    ),
    "distributed.assign_fragments": (
        lambda: distributed.assign_fragments([X], 2),
        "num_fragments",
    ),
    "distributed.e3m0": (lambda: distributed.e3m0(block_size=0), "block_size"),
    "distributed.e3m0_stochastic": (
        lambda: distributed.e3m0_stochastic(jax.random.key(0), block_size=0),
        "block_size",
    ),
    "distributed.sequential": (lambda: distributed.sequential(3, 3, 1), "layer"),
    "distributed.streaming_diloco": (
        lambda: distributed.streaming_diloco([0], overlap=100),
        "overlap",
    ),
    "distributed.strided": (lambda: distributed.strided(3, 3, 1), "layer"),
    "layers.advance": (lambda: layers.advance(X), "module"),
    "fit.adaptive_gradient_modulation": (
        lambda: fit.adaptive_gradient_modulation({"a": -1}, alpha=1.0),
        "labels",
    ),
    "fit.auto": (lambda: fit.auto(jax.random.key(0), X, X, width=0), "width"),
    "fit.bridge_mi": (lambda: fit.bridge_mi(2, 2, RULE, epsilon=0.0), "epsilon"),
    "fit.critic_estimator": (lambda: _estimator().estimate((), X, X[1:]), "y"),
    "fit.denoising_mi": (
        lambda: fit.denoising_mi(2, 2, RULE, log_snr=(1.0, 0.0)),
        "log_snr",
    ),
    "fit.direct_denoising_mi": (
        lambda: fit.direct_denoising_mi(2, 2, RULE, width=0),
        "width",
    ),
    "fit.encoder_estimator": (
        lambda: fit.encoder_estimator(LINEAR, RULE).estimate((), X, X[1:]),
        "y",
    ),
    "fit.entropy_difference": (
        lambda: fit.entropy_difference(LINEAR, LINEAR, RULE).estimate((), X, X[1:]),
        "y",
    ),
    "fit.flow_matching_mi": (
        lambda: fit.flow_matching_mi(2, 2, RULE, depth=0),
        "depth",
    ),
    "fit.flow_mi": (lambda: fit.flow_mi(2, 2, RULE, layers=0), "layers"),
    "fit.latent_mi": (lambda: fit.latent_mi(2, 2, RULE, latent_dim=0), "latent_dim"),
    "fit.mine_estimator": (lambda: fit.mine_estimator(LINEAR, RULE, rate=2.0), "rate"),
    "fit.progress_bar": (lambda: fit.progress_bar(0).__enter__(), "steps"),
    "fit.restore": (lambda: fit.restore("nowhere", like=X), "path"),
    "fit.save": (lambda: fit.save(".", X), "path"),
    "fit.train": (
        lambda: fit.train(
            jax.random.key(0), X, X, estimator=_estimator(), steps=0, batch_size=2
        ),
        "steps",
    ),
    "losses.cosine_beta": (lambda: losses.cosine_beta(0, 1, anneal=0), "anneal"),
    "losses.cyclical_beta": (
        lambda: losses.cyclical_beta(0, 1, anneal=1, period=0),
        "period",
    ),
    "losses.linear_beta": (
        lambda: losses.linear_beta(0, 1, anneal=1, warmup=-1),
        "warmup",
    ),
    "losses.rate_target": (
        lambda: losses.rate_target(1.0, learning_rate=0.1, limits=(0.0, 1.0)),
        "limits",
    ),
    "losses.running_scores": (lambda: losses.running_scores(0), "modalities"),
    "losses.last_mapping": (lambda: losses.last_mapping(3, 2), "teacher_layers"),
    "losses.skip_mapping": (lambda: losses.skip_mapping(2, 5), "teacher_layers"),
    "report": (lambda: report(jax.random.key(0), X, X, level=2.0), "level"),
    "sharded": (
        lambda: sharded(mi.cs_qmi, jax.make_mesh((1,), ("data",)), "rows"),
        "axis",
    ),
    "tasks.additive_uniform": (lambda: tasks.additive_uniform(-1.0), "epsilon"),
    "tasks.dense_covariance": (
        lambda: tasks.dense_covariance(2, 1.5),
        "correlation",
    ),
    "tasks.gaussian": (lambda: tasks.gaussian(np.ones((2, 3)), dx=1), "covariance"),
    "tasks.make": (lambda: tasks.make("normal"), "name"),
    "tasks.paired_covariance": (
        lambda: tasks.paired_covariance([0.5, 0.5], dx=1, dy=3),
        "correlations",
    ),
    "tasks.student": (lambda: tasks.student(np.eye(2), -1.0, dx=1), "df"),
    "tasks.transformed": (
        lambda: tasks.transformed(
            tasks.make("1v1-normal-0.75"), x=lambda x: jnp.ones(3)
        ),
        "x",
    ),
    "theory.plot_bottleneck": (
        lambda: theory.plot_bottleneck(jnp.eye(2), {}),  # type: ignore[arg-type]
        "curve",
    ),
    "theory.plot_capacity_cost": (lambda: theory.plot_capacity_cost({}), "curves"),
    "theory.plot_rate_distortion": (lambda: theory.plot_rate_distortion({}), "curves"),
    "theory.set_partitions": (lambda: theory.set_partitions(11), "n"),
    "transforms.balanced_source": (
        lambda: transforms.balanced_source(jax.random.key(0), 5, 2),
        "n_tokens",
    ),
}


def _estimator():
    return fit.critic_estimator(bounds.infonce, LINEAR, RULE)


@pytest.mark.parametrize("name", OTHERS)
def test_the_error_of_other_functions_explains_itself(name: str):
    call, argument = OTHERS[name]
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    message = str(caught.value)
    assert name.split(".")[-1] in message.split(":")[0]
    assert f"`{argument}` must be" in message and "received" in message


def test_every_public_function_has_a_mistake_that_it_explains():
    checked = {case.name for case in CASES if case.bad} | set(OTHERS)
    # They take no argument.
    none = {"design.environments", "tasks.names", "tasks.twelve_bit"}
    assert set(FUNCTIONS) - checked == none


def test_ragged_lists_are_refused_by_name():
    with pytest.raises((TypeError, ValueError), match=r"ksg: `x`"):
        mi.ksg([[1.0, 2.0], [3.0]], np.ones(2))
