"""Rows of prompt selection."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from contracts.row import Case, probabilities
from infojax import prompts

ANSWERS = probabilities(3, 4, 3)
SOFT = prompts.soft_prediction(0.5)
TABLE = {"bad": ("integer", "vector", "empty"), "arguments": ("p",)}


def with_reference(*shape: int):
    return lambda rng: (*ANSWERS(rng), rng.dirichlet(np.ones(shape[-1]), shape[:-1]))


ROWS = [
    Case(
        "prompts.scores",
        # What is agreed on moves in steps.
        lambda p: prompts.scores(p, predict=SOFT)[:6],
        ANSWERS,
        smooth=(0,),
        **TABLE,
    ),
    Case(
        "prompts.scores",
        prompts.scores,
        ANSWERS,
        variant="hard",
        **TABLE,
    ),
    Case(
        "prompts.input_scores",
        lambda p: prompts.input_scores(p, predict=SOFT),
        ANSWERS,
        smooth=(0,),
        **TABLE,
    ),
    Case(
        "prompts.calibrate_by_marginals",
        lambda p: prompts.calibrate_by_marginals(p),
        ANSWERS,
        smooth=(0,),
        **TABLE,
    ),
    Case(
        "prompts.calibrate_by_content_free",
        lambda p, c: prompts.calibrate_by_content_free(p, c),
        with_reference(2, 3, 3),
        smooth=(0, 1),
        **TABLE,
    ),
    Case(
        "prompts.calibrate_by_domain",
        lambda p, d: prompts.calibrate_by_domain(p, d),
        with_reference(3, 3),
        smooth=(0, 1),
        bad=("vector", "mismatch"),
        arguments=("log_p", "log_domain"),
    ),
    Case(
        "prompts.shares",
        prompts.shares,
        ANSWERS,
        smooth=(0,),
        bad=("integer", "empty"),
        arguments=("ratio",),
    ),
    Case(
        "prompts.hard_prediction",
        prompts.hard_prediction,
        ANSWERS,
        bad=("integer", "empty"),
        arguments=("p",),
    ),
    Case(
        "prompts.soft_prediction",
        lambda p, t: prompts.soft_prediction(t[0])(p),
        lambda rng: (*ANSWERS(rng), 0.5 + rng.random(1)),
        smooth=(0, 1),
        bad=("integer", "empty"),
        arguments=("p",),
    ),
    Case(
        "prompts.perplexity",
        prompts.perplexity,
        lambda rng: (-rng.random((2, 3, 4)),),
        smooth=(0,),
        infinite=True,
        bad=("integer", "vector", "empty"),
        arguments=("log_p",),
    ),
    Case(
        "prompts.confident",
        lambda p: jnp.where(prompts.confident(p), p.sum(), 0 * p.sum()),
        ANSWERS,
        **TABLE,
    ),
]

# Types, and the function of the host.
TYPES = {
    "prompts.InputScores",
    "prompts.Perplexity",
    "prompts.PromptScores",
    "prompts.Selection",
    "prompts.select",
}
