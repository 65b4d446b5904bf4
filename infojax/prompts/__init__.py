"""Which prompt suits a model and a task: scores and calibrations without labels.

All start from the probabilities of a few answers, ``[prompts, inputs, answers]``, of
any model. ``select`` ranks templates and shows the table; ``scores`` has the numbers,
``input_scores`` those by which a prompt is chosen for each input.
"""

from infojax.prompts._calibration import (
    calibrate_by_content_free,
    calibrate_by_domain,
    calibrate_by_marginals,
    shares,
)
from infojax.prompts._perplexity import Perplexity, confident, perplexity
from infojax.prompts._scores import InputScores, PromptScores, input_scores, scores
from infojax.prompts._select import Selection, select
from infojax.prompts._tables import hard_prediction, soft_prediction

__all__ = [
    "InputScores",
    "Perplexity",
    "PromptScores",
    "Selection",
    "calibrate_by_content_free",
    "calibrate_by_domain",
    "calibrate_by_marginals",
    "confident",
    "hard_prediction",
    "input_scores",
    "perplexity",
    "scores",
    "select",
    "shares",
    "soft_prediction",
]
