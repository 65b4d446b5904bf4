"""How much a released representation or prediction gives away, and how to give less.

Which measure? Of a finite table, ``audit`` has all of them, and ``plugin`` those of
samples. Of information alone: ``accuracy_ceiling`` is the accuracy that no attack
exceeds, ``fano_error`` and ``bayes_error_upper`` are the limits behind it. Of a
classifier, ``usable_information`` is what it really uses. Of a stochastic encoder,
``losses.gaussian_rate`` and ``bounds.leave_one_out`` limit I(X; Z) from above and
``mi.encoder_contrastive`` from below; beyond the labels
``conditional_leave_one_out`` and ``mi.conditional_encoder_contrastive``.

Which attack? For audits of one's own models: ``inversion_loss`` of ``logit_loss``,
``cross_entropy_loss`` or ``max_margin_loss``, with ``losses.soft_label_loss`` for
students that join the model; where only labels are seen, the two ``transfer`` losses.

Which defence? ``bilateral_penalty`` for a deterministic network, ``losses.vib_loss``
for a noisy code, ``protect`` for data that should not be learnt from.
"""

from infojax.leakage._audit import Audit, audit, plugin
from infojax.leakage._bilateral import (
    BilateralTerms,
    bilateral_penalty,
    bilateral_terms,
    coco,
    scaled_gaussian,
)
from infojax.leakage._encoder import conditional_leave_one_out
from infojax.leakage._fano import (
    accuracy_ceiling,
    bayes_error_upper,
    fano_error,
    weak_fano_error,
)
from infojax.leakage._identity import (
    InversionTerms,
    cross_entropy_loss,
    inversion_loss,
    inversion_terms,
    logit_loss,
    max_margin_loss,
)
from infojax.leakage._transfer import (
    non_saturating,
    transfer_discriminator_loss,
    transfer_generator_loss,
)
from infojax.leakage._unlearnable import (
    Perturbation,
    Protected,
    error_minimising_noise,
    pixel_mask,
    protect,
)
from infojax.leakage._usable import usable_information

__all__ = [
    "Audit",
    "BilateralTerms",
    "InversionTerms",
    "Perturbation",
    "Protected",
    "accuracy_ceiling",
    "audit",
    "bayes_error_upper",
    "bilateral_penalty",
    "bilateral_terms",
    "coco",
    "conditional_leave_one_out",
    "cross_entropy_loss",
    "error_minimising_noise",
    "fano_error",
    "inversion_loss",
    "inversion_terms",
    "logit_loss",
    "max_margin_loss",
    "non_saturating",
    "pixel_mask",
    "plugin",
    "protect",
    "scaled_gaussian",
    "transfer_discriminator_loss",
    "transfer_generator_loss",
    "usable_information",
    "weak_fano_error",
]
