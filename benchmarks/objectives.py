"""What each loss adds to the training step that ``losses.py`` times.

One network gives whatever any loss could want, so that all steps share it; a loss is a
function of a key, the network and its outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from infojax import attention, critics, layers, losses

__all__ = ["BATCH", "OBJECTIVES", "Network", "Outputs", "inputs"]

BATCH, PIXELS, HIDDEN, CODE, CLASSES = 256, 784, 1024, 256, 10
HALF = CODE // 2


class Network(nnx.Module):
    """784 pixels, two hidden layers of 1024, a Gaussian code of 256, ten logits.

    The size of the published bottleneck on MNIST. Losses with parameters of their own
    find them here; those that a loss leaves alone are updated all the same.
    """

    def __init__(self, rngs: nnx.Rngs):
        self.first = nnx.Linear(PIXELS, HIDDEN, rngs=rngs)
        self.second = nnx.Linear(HIDDEN, HIDDEN, rngs=rngs)
        self.code = nnx.Linear(HIDDEN, 2 * CODE, rngs=rngs)
        self.decode = nnx.Linear(CODE, CLASSES, rngs=rngs)
        self.critic = critics.separable(HALF, HALF, width=128)(rngs)
        self.bilinear = critics.bilinear(CODE, CODE)(rngs)
        self.specific = critics.gaussian_encoder(HALF, HALF, width=128)(rngs)
        self.common = critics.gaussian_encoder(CODE, HALF, width=128)(rngs)
        self.prototypes = layers.GaussianPrototypes(CLASSES, 16, rngs=rngs)
        self.class_mean = nnx.Param(jnp.zeros((CLASSES, CODE)))
        self.thresholds = nnx.Param(jnp.full((1, 4), 0.5))


class Outputs(NamedTuple):
    """A batch and what the network makes of it; ``teacher`` is data, as wide as a code.

    ``left`` and ``right`` are the halves of the drawn code, as two views.
    """

    images: jax.Array
    labels: jax.Array
    teacher: jax.Array
    mean: jax.Array
    scale: jax.Array
    drawn: jax.Array
    logits: jax.Array

    @property
    def left(self):
        return self.drawn[:, :HALF]

    @property
    def right(self):
        return self.drawn[:, HALF:]

    @property
    def one_hot(self):
        return jax.nn.one_hot(self.labels, CLASSES)


Objective = Callable[[jax.Array, Network, Outputs], jax.Array]


def inputs(key) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Images, labels and features of a teacher."""
    keys = jax.random.split(key, 3)
    return (
        jax.random.normal(keys[0], (BATCH, PIXELS)),
        jax.random.randint(keys[1], (BATCH,), 0, CLASSES),
        jax.random.normal(keys[2], (BATCH, CODE)),
    )


def of_code(loss: Callable[..., jax.Array], **options) -> Objective:
    """A loss of logits, labels, and the mean and scale of the code."""
    return lambda key, net, o: loss(o.logits, o.labels, o.mean, o.scale, **options)


def of_features(loss: Callable[..., jax.Array], **options) -> Objective:
    """A loss of a student's and a teacher's features."""
    return lambda key, net, o: loss(o.drawn, o.teacher, **options)


def of_views(loss: Callable[..., jax.Array], **options) -> Objective:
    return lambda key, net, o: loss(o.left, o.right, **options)


def ceb(key, net: Network, o: Outputs):
    law = net.class_mean[...], 1.0
    return losses.ceb_loss(o.logits, o.labels, o.mean, o.scale, *law)


def cauchy_schwarz(key, net: Network, o: Outputs):
    return losses.cs_bottleneck_loss(o.logits, o.one_hot, o.drawn, o.images)


def hsic(key, net: Network, o: Outputs):
    return losses.hsic_bottleneck_loss(o.drawn, o.images, o.one_hot)


def renyi(key, net: Network, o: Outputs):
    return losses.renyi_bottleneck_loss(o.logits, o.labels, o.drawn, o.images)


def hierarchical(key, net: Network, o: Outputs):
    level = losses.BottleneckLevel(o.mean, o.scale, o.drawn, o.teacher)
    return losses.hierarchical_bottleneck_loss([level, level])


def mi_alpha(key, net: Network, o: Outputs):
    return losses.mi_alpha_loss(o.drawn, o.teacher, net.bilinear)


def soft_labels(key, net: Network, o: Outputs):
    return losses.soft_label_loss(o.logits, o.teacher[:, :CLASSES])


def wasserstein(key, net: Network, o: Outputs):
    return losses.wasserstein_dependency_loss(key, o.left, o.right, net.critic)


def spectral_wasserstein(key, net: Network, o: Outputs):
    return losses.wasserstein_dependency_loss(
        key, o.left, o.right, net.critic, penalty_weight=0.0
    )


def mcmi(key, net: Network, o: Outputs):
    centroids = jnp.log(jnp.full((CLASSES, CLASSES), 1 / CLASSES))
    return losses.mcmi_loss(o.logits, o.labels, centroids)


def alignment(key, net: Network, o: Outputs):
    return losses.alignment_loss(o.drawn, o.teacher, o.teacher)


def rlmrec_contrastive(key, net: Network, o: Outputs):
    pair = o.drawn, o.teacher
    return losses.rlmrec_contrastive_loss(*pair, o.teacher, *pair, *pair)


def bpr(key, net: Network, o: Outputs):
    return losses.bpr_loss(o.left, o.right, jnp.roll(o.right, 1, axis=0))


def modulated(key, net: Network, o: Outputs):
    halves = o.logits / 2, o.logits / 2
    responses = losses.shapley_responses(jnp.stack([0 * o.logits, *halves, o.logits]))
    return losses.modulated_loss(responses, o.labels, jnp.ones(2))


def prototypes(key, net: Network, o: Outputs):
    drawn = net.prototypes.sample(key, 50).mean(0)
    bags = o.drawn.reshape(BATCH, 16, 16)
    return losses.prototype_loss(bags, drawn, o.labels, top_k=8)


def disentangling(key, net: Network, o: Outputs):
    parts = o.left, o.right, o.teacher[:, :HALF]
    return losses.disentangling_loss(*parts, net.specific, net.common)


def survival(key, net: Network, o: Outputs):
    return losses.survival_loss(o.logits, o.labels, o.teacher[:, 0] > 0)


def attention_entropy(key, net: Network, o: Outputs):
    """Four heads of eight queries and keys."""
    entropies = attention.entropy_of_logits(o.drawn.reshape(BATCH, 4, 8, 8))
    return losses.attention_entropy_loss(
        entropies[:, None], net.thresholds[...], max_entropy=jnp.log(8.0)
    )


def homologous(key, net: Network, o: Outputs):
    return losses.homologous_loss(o.drawn, jnp.arange(BATCH) % 4)


def reconstruction(key, net: Network, o: Outputs):
    return losses.masked_reconstruction_loss(o.drawn, o.teacher, o.teacher[:, 0] > 0)


OBJECTIVES: dict[str, Objective] = {
    "vib_loss": of_code(losses.vib_loss),
    "ceb_loss": ceb,
    "nonlinear_ib_loss": of_code(losses.nonlinear_ib_loss),
    "cs_bottleneck_loss": cauchy_schwarz,
    "hsic_bottleneck_loss": hsic,
    "renyi_bottleneck_loss": renyi,
    "hierarchical_bottleneck_loss": hierarchical,
    "soft_label_loss": soft_labels,
    "mse_loss": of_features(losses.mse_loss),
    "l2_loss": of_features(losses.l2_loss),
    "cosine_loss": of_features(losses.cosine_loss),
    "pkd_loss": of_features(losses.pkd_loss),
    "vid_loss": of_features(losses.vid_loss),
    "crd_loss": of_features(losses.crd_loss, dataset_size=60_000),
    "mi_alpha_loss": mi_alpha,
    "mcmi_loss": mcmi,
    "wasserstein_dependency_loss": wasserstein,
    "wasserstein_dependency_loss without penalty": spectral_wasserstein,
    "infonce_loss": of_views(losses.infonce_loss),
    "siglip_loss": of_views(losses.siglip_loss),
    "alignment_loss": alignment,
    "rlmrec_contrastive_loss": rlmrec_contrastive,
    "rlmrec_generative_loss": of_features(losses.rlmrec_generative_loss),
    "bpr_loss": bpr,
    "modulated_loss": modulated,
    "survival_loss": survival,
    "prototype_loss": prototypes,
    "disentangling_loss": disentangling,
    "attention_entropy_loss": attention_entropy,
    "homologous_loss": homologous,
    "masked_reconstruction_loss": reconstruction,
}
