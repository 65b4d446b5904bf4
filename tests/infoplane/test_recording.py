"""A recording is the same outside jit, inside it, in a scan, and from a file."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jax import lax

from infojax import fit, infoplane

KEYS = jax.random.split(jax.random.key(0), 2)
X = jax.random.normal(KEYS[0], (5, 3), jnp.float32)
LABELS = jnp.arange(5)
EPOCHS = (0, 2, 3, 7)


def network(scale):
    """Layers whose names are not in order of the alphabet."""
    return lambda x: {
        "z": jnp.tanh(scale * x),
        "a": jnp.reshape(scale * x, (len(x), 3, 1)),
    }


def scales(epoch):
    return 1 + jnp.asarray(epoch, jnp.float32)


def by_hand() -> infoplane.Recording:
    recording = infoplane.start(network(scales(0)), X, LABELS, epochs=EPOCHS)
    for epoch in range(9):
        recording = infoplane.record(recording, epoch, network(scales(epoch)))
    return recording


def same(one, other) -> None:
    assert one.names == other.names and one.epochs == other.epochs
    jax.tree.map(np.testing.assert_array_equal, one, other)


def test_what_is_recorded_are_the_activations_of_those_epochs():
    recording = by_hand()
    assert recording.names == ("z", "a")
    assert bool(recording.seen.all())
    expected = np.stack([np.tanh(float(scales(e)) * np.asarray(X)) for e in EPOCHS])
    np.testing.assert_allclose(recording.layers[0], expected, rtol=1e-6)
    assert recording.layers[1].shape == (4, 5, 3)


def test_a_scan_records_the_same_and_skips_the_rest():
    empty = infoplane.start(network(scales(0)), X, LABELS, epochs=EPOCHS)

    @jax.jit
    def run(recording):
        def step(recording, epoch):
            return infoplane.record(recording, epoch, network(scales(epoch))), None

        return lax.scan(step, recording, jnp.arange(9))[0]

    found = run(empty)
    assert bool(found.seen.all())
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), found, by_hand()
    )


def test_epochs_that_are_not_wanted_change_nothing():
    empty = infoplane.start(network(scales(0)), X, LABELS, epochs=EPOCHS)

    def never(x):
        raise AssertionError("evaluated")

    assert infoplane.record(empty, 5, never) is empty


def test_seeds_record_together_under_vmap():
    def run(scale):
        recording = infoplane.start(network(scale), X, LABELS, epochs=[0, 1])
        return infoplane.record(recording, jnp.asarray(1), network(scale))

    both = jax.vmap(run)(jnp.array([1.0, 2.0], jnp.float32))
    alone = run(jnp.float32(2))
    jax.tree.map(lambda a, b: np.testing.assert_array_equal(a[1], b), both, alone)


def test_flax_modules_are_seen_through_their_layers():
    rngs = nnx.Rngs(0)
    model = nnx.Sequential(
        nnx.Linear(3, 4, rngs=rngs), jnp.tanh, nnx.Linear(4, 2, rngs=rngs)
    )
    recording = infoplane.start(model, X, LABELS, epochs=[0])
    recording = infoplane.record(recording, 0, model)
    np.testing.assert_allclose(recording.layers[1][0], model(X), rtol=1e-5)


def test_files_give_it_back_and_it_goes_on(tmp_path):
    half = infoplane.start(network(scales(0)), X, LABELS, epochs=EPOCHS)
    for epoch in range(3):
        half = infoplane.record(half, epoch, network(scales(epoch)))
    infoplane.save(tmp_path / "run.npz", half)
    again = infoplane.load(tmp_path / "run.npz")
    same(half, again)
    for epoch in range(3, 9):
        again = infoplane.record(again, epoch, network(scales(epoch)))
    same(again, by_hand())
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_orbax_writes_it_too(tmp_path):
    recording = by_hand()
    fit.save(tmp_path / "state", recording)
    same(fit.restore(tmp_path / "state", like=recording), recording)


def test_arrays_of_your_own():
    recording = by_hand()
    layers = dict(zip(recording.names, recording.layers, strict=True))
    same(infoplane.from_arrays(layers, X, LABELS, epochs=EPOCHS), recording)


def test_epochs_are_dense_at_first():
    grid = infoplane.log_epochs(8000, 400)
    assert grid[0] == 0 and grid[-1] == 8000
    assert grid[:20] == tuple(range(20))
    assert 250 < len(grid) <= 400
    gaps = np.diff(grid)
    assert gaps[-1] > 100 * gaps[0]
    assert infoplane.log_epochs(1) == (0, 1)


def test_mistakes_are_explained(tmp_path):
    start, record = infoplane.start, infoplane.record
    with pytest.raises(ValueError, match="start: `epochs` must be increasing"):
        start(network(1.0), X, LABELS, epochs=[3, 3])
    with pytest.raises(ValueError, match="`labels` must be as long as `inputs`"):
        start(network(1.0), X, LABELS[:2], epochs=[0])
    with pytest.raises(ValueError, match="start: `model` must be activations of 5"):
        start(lambda x: {"h": x[:2]}, X, LABELS, epochs=[0])
    recording = start(network(1.0), X, LABELS, epochs=[0])
    with pytest.raises(ValueError, match="record: `model` must be of layers z, a"):
        record(recording, 0, lambda x: {"a": x})
    with pytest.raises(ValueError, match=r"from_arrays: `layers` must be of shape"):
        infoplane.from_arrays({"h": X}, X, LABELS, epochs=[0])
    with pytest.raises(ValueError, match=r"save: `path` must be a file \.npz"):
        infoplane.save(tmp_path / "run", recording)
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    with pytest.raises(ValueError, match="load: `path` must be a recording"):
        infoplane.load(tmp_path / "other.npz")


def test_what_is_donated_belongs_to_the_recording():
    x, labels = jnp.ones((4, 3)), jnp.arange(4)
    layers = lambda x: {"hidden": jnp.tanh(x)}  # noqa: E731
    empty = infoplane.start(layers, x, labels, epochs=[0, 10])
    keep = jax.jit(lambda r: infoplane.record(r, 10, layers), donate_argnums=0)
    assert keep(empty).seen.tolist() == [False, True]
    assert empty.layers[0].is_deleted()
    assert not x.is_deleted() and not labels.is_deleted()
