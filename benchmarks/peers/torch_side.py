"""The torch side of neural_peers.py: it has torch and torch-mist, and not infojax.

    python torch_side.py samples.npz

Reads one race a line from the standard input, as JSON, and answers each with a line:
wall and processor seconds, and the estimate on fresh pairs. Nothing is written.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import itertools
import json
import math
import os
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset
from torch_mist.estimators import infonce, nwj
from torch_mist.utils import evaluate_mi
from torch_mist.utils.train import train_mi_estimator

FASTEST = {  # no validation, no estimate and no log of each step
    "valid_percentage": 0,
    "logger": False,
    "fast_train": True,
    "train_logged_methods": [],
    "eval_logged_methods": [],
}


class Samples:
    """Pairs to train on, and fresh ones."""

    def __init__(self, path: str) -> None:
        stored = np.load(path)
        self.x, self.y, self.fresh_x, self.fresh_y = (
            torch.from_numpy(stored[name]) for name in ("x", "y", "fresh_x", "fresh_y")
        )


# torch-mist, as its documentation says.


def mist(samples: Samples, race: dict[str, Any], *, fastest: bool) -> dict[str, float]:
    """``train_mi_estimator`` with its defaults, or with all that slows it left out."""
    separable = race["critic"] == "separable"
    make = {"infonce": infonce, "nwj": nwj}[race["bound"]]
    batch = race["batch_size"]
    estimator = make(
        x_dim=samples.x.shape[1],
        y_dim=samples.y.shape[1],
        hidden_dims=[race["width"]] * race["depth"],
        critic_type="separable" if separable else "joint",
        # The whole batch, or all of it but the pair itself, as the bound says.
        neg_samples=0 if race["bound"] == "infonce" else -1,
        **({"k_dim": race["features"]} if separable else {}),
    )
    data: Any = (samples.x, samples.y)
    if fastest:
        # A loader may be given: this one takes a batch at once, not row by row.
        dataset = TensorDataset(*data)
        rows = BatchSampler(RandomSampler(dataset), batch, drop_last=True)
        data = DataLoader(dataset, sampler=rows, batch_size=None)

    def train() -> None:
        train_mi_estimator(
            estimator=estimator,
            train_data=data,
            batch_size=batch,
            max_iterations=race["steps"],
            optimizer_params={"lr": race["rate"]},
            verbose=False,
            **(FASTEST if fastest else {}),
        )

    seconds = timed(train)
    fresh = (samples.fresh_x, samples.fresh_y)
    return seconds | {
        "estimate": float(evaluate_mi(estimator, fresh, batch_size=batch))
    }


# The same by hand.


def perceptron(d_in: int, d_out: int, race: dict[str, Any]) -> nn.Sequential:
    sizes = [d_in, *[race["width"]] * race["depth"], d_out]
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(sizes):
        layers += [nn.Linear(a, b), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers[:-1])


class Separable(nn.Module):
    def __init__(self, dx: int, dy: int, race: dict[str, Any]) -> None:
        super().__init__()
        self.encode_x = perceptron(dx, race["features"], race)
        self.encode_y = perceptron(dy, race["features"], race)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.encode_x(x) @ self.encode_y(y).T


class Concatenated(nn.Module):
    """The first layer of all pairs is a sum over the two sides, as in infojax."""

    def __init__(self, dx: int, dy: int, race: dict[str, Any]) -> None:
        super().__init__()
        first, *above = perceptron(dx + dy, 1, race)
        self.first, self.above = first, nn.Sequential(*above)
        self.dx = dx

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        weight = self.first.weight.T
        left = x @ weight[: self.dx] + self.first.bias
        right = y @ weight[self.dx :]
        return self.above(left[:, None] + right[None])[..., 0]


def infonce_of(scores: torch.Tensor) -> torch.Tensor:
    contrast = scores.diagonal() - scores.logsumexp(1)
    return contrast.mean() + math.log(len(scores))


def nwj_of(scores: torch.Tensor) -> torch.Tensor:
    n = len(scores)
    weights = (scores - 1).exp()
    product = (weights.sum() - weights.diagonal().sum()) / (n * (n - 1))
    return scores.diagonal().mean() - product


def loop(samples: Samples, race: dict[str, Any]) -> dict[str, float]:
    """Nothing but steps: tensors and batches there before, Adam in one kernel."""
    x, y, batch = samples.x, samples.y, race["batch_size"]
    make = {"separable": Separable, "concatenated": Concatenated}[race["critic"]]
    bound = {"infonce": infonce_of, "nwj": nwj_of}[race["bound"]]
    critic = make(x.shape[1], y.shape[1], race)
    epochs = -(-race["steps"] * batch // (len(x) // batch * batch))
    shuffled = [
        torch.randperm(len(x))[: len(x) // batch * batch] for _ in range(epochs)
    ]
    batches = torch.cat(shuffled).reshape(-1, batch)[: race["steps"]]
    optimizer = torch.optim.Adam(critic.parameters(), lr=race["rate"], fused=True)

    def train() -> None:
        for rows in batches:
            optimizer.zero_grad(set_to_none=True)
            loss = -bound(critic(x[rows], y[rows]))
            loss.backward()
            optimizer.step()

    seconds = timed(train)
    with torch.no_grad():
        pairs = zip(
            samples.fresh_x.split(batch), samples.fresh_y.split(batch), strict=True
        )
        values = [float(bound(critic(a, b))) for a, b in pairs]
    return seconds | {"estimate": sum(values) / len(values)}


def timed(train: Callable[[], None]) -> dict[str, float]:
    wall, processor = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):  # the answers go there
        train()
    return {
        "run_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - processor,
    }


def main(path: str) -> None:
    samples = Samples(path)
    if hasattr(os, "sched_getaffinity"):
        torch.set_num_threads(len(os.sched_getaffinity(0)))
    runners = {
        "torch-mist": lambda race: mist(samples, race, fastest=False),
        "torch-mist, fastest": lambda race: mist(samples, race, fastest=True),
        "torch loop": lambda race: loop(samples, race),
    }
    versions = {"python": platform.python_version()}
    for name in ("torch", "torch-mist", "numpy"):
        versions[name] = importlib.metadata.version(name)
    about = {"versions": versions, "threads": torch.get_num_threads()}
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        race = json.loads(line)
        torch.manual_seed(race["seed"])
        print(json.dumps(runners[race["implementation"]](race)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
