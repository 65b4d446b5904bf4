"""What two halves of a digit image say of the digit: apart, alike, and only together.

Each half is coded by the nearest of eight cluster centres, and the table of digit and
two codes is decomposed, on several halves of the images and starts of the clusters at
once. The same with the digits shuffled shows what the estimate makes of too few images.
Logical gates, whose atoms are known, come first in the figure.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from _record import measured, write
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits

import infojax
from infojax import pid

CLUSTERS, DIGITS = 8, 10
ATOMS = ("redundancy", "unique_x", "unique_y", "synergy")
GATES = {
    "xor": lambda x, y: x ^ y,
    "and": lambda x, y: x & y,
    "sum": lambda x, y: x + y,
    "copy": lambda x, y: 2 * x + y,
}
SIDES = {
    "left, right": (np.s_[:, :, :4], np.s_[:, :, 4:]),
    "top, bottom": (np.s_[:, :4], np.s_[:, 4:]),
    "upper left, all of it": (np.s_[:, :4, :4], np.s_[:, :, :]),
}


def gate(function) -> jax.Array:
    x, y = jnp.meshgrid(jnp.arange(2), jnp.arange(2), indexing="ij")
    return jnp.zeros((4, 2, 2)).at[function(x, y), x, y].set(0.25)


def codes(images: np.ndarray, seed: int) -> np.ndarray:
    flat = images.reshape(len(images), -1)
    return KMeans(CLUSTERS, n_init=1, random_state=seed).fit_predict(flat)


def main(fast: bool = False) -> dict[str, pid.PID]:
    seeds = 2 if fast else 10
    digits = load_digits()
    decompose = jax.jit(
        jax.vmap(partial(pid.plugin, shape=(DIGITS, CLUSTERS, CLUSTERS)))
    )
    found, rows = {}, []
    for name, function in GATES.items():
        found[name] = pid.PID(*pid.broja(gate(function))[:4])
    for name, (first, second) in SIDES.items():
        labels, x, y, shuffled = [], [], [], []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            half = rng.permutation(len(digits.target))[: len(digits.target) // 2]
            labels.append(digits.target[half])
            shuffled.append(rng.permutation(labels[-1]))
            x.append(codes(digits.images[half][first], seed))
            y.append(codes(digits.images[half][second], seed))
        for target, title in ((labels, name), (shuffled, f"{name}, shuffled")):
            parts = decompose(*(jnp.asarray(a, jnp.int32) for a in (target, x, y)))
            bits = {atom: infojax.to_bits(getattr(parts, atom)) for atom in ATOMS}
            rows.append({"what": title, **measured(**bits)})
            found[title] = pid.PID(*(jnp.mean(part) for part in parts[:4]))
            said = (f"{k.replace('_', ' ')} {rows[-1][k]:.3f}" for k in ATOMS)
            print(f"{title}: {', '.join(said)} bits")
    if not fast:
        write("pid_digits", rows, pid.plot_atoms(found))
    return found


if __name__ == "__main__":
    main()
