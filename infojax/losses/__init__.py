"""Training objectives of the literature, to minimise; most are sums of two terms.

Which bottleneck? ``vib_loss`` for a Gaussian encoder and a simple prior, ``ceb_loss``
when the codes should forget all but the label, ``nonlinear_ib_loss`` for a rate without
a prior (large batches), ``cs_bottleneck_loss`` for regression with a deterministic
network, ``hierarchical_bottleneck_loss`` for a stack of codes, each of which tells
about one more modality. Of a network without noise, ``renyi_bottleneck_loss`` limits
what the codes keep, and ``hsic_bottleneck_loss`` trains layer by layer. Rates stand
alone, to follow I(X; Z) during training: ``gaussian_rate``, ``sampled_rate``,
``pairwise_rate_upper`` and ``pairwise_rate_lower``.

Which distillation? ``soft_label_loss`` for class probabilities; for features
``mse_loss`` first, ``vid_loss`` when columns differ in how well they can be predicted,
``crd_loss`` and ``mi_alpha_loss`` when relations between samples matter. The mappings
say which teacher layer teaches which student layer. ``mcmi_loss`` fine-tunes a teacher
whose probabilities then tell more; ``class_information``, ``class_separation`` and
``normalized_cmi`` measure how any classifier concentrates its classes.

Which beta? ``linear_beta``, ``cosine_beta`` and ``cyclical_beta`` follow the step;
``rate_target`` finds the one that gives a rate.

Two views of the same samples? ``infonce_loss`` contrasts each row with the batch,
``siglip_loss`` each pair of rows on its own, ``alignment_loss`` with a table of
candidates. Recommendation? ``bpr_loss`` trains embeddings of users and items,
``rlmrec_contrastive_loss`` or ``rlmrec_generative_loss`` ties them to profiles, and
``recall_at_k`` and ``ndcg_at_k`` say how good the ranking is.

Times of events, some not seen to the end? ``survival_loss``, judged by
``concordance_index`` of ``survival_risk``. With bags of instances, ``prototype_loss``
draws them to their class; with two modalities, ``disentangling_loss`` parts what is
specific from what is common, and ``expert_product`` joins Gaussian opinions.

Transformers? ``attention_entropy_loss`` keeps heads between collapse and overload.
Masked and mixed autoencoders minimise ``masked_reconstruction_loss`` and, of tokens
mixed from several images, ``homologous_loss``.

Several modalities that compete? ``shapley_responses`` splits the fused output,
``modulated_loss`` scales the gradient of each response by ``modulation_coefficients``
of its ``modality_scores``, and ``competition_strength`` says what was lost.

``wasserstein_dependency_loss`` trains encoders with a Lipschitz critic. Every other
estimate of the library is a loss too: ``-mi.cs_qmi(z, y)``.
"""

from infojax.losses._alignment import alignment_loss
from infojax.losses._attention_entropy import (
    AttentionEntropyTerms,
    attention_entropy_loss,
    attention_entropy_terms,
    hard_dead_zone,
    soft_dead_zone,
)
from infojax.losses._ceb import CEBTerms, ceb_loss, ceb_terms
from infojax.losses._centroids import (
    CentroidAverage,
    centroid_average,
    class_centroids,
)
from infojax.losses._competition import competition_strength
from infojax.losses._crd import crd_loss
from infojax.losses._cs_bottleneck import (
    CSBottleneckTerms,
    cs_bottleneck_loss,
    cs_bottleneck_terms,
)
from infojax.losses._disentangling import (
    DisentanglingTerms,
    disentangling_fit_loss,
    disentangling_loss,
    disentangling_terms,
)
from infojax.losses._distillation import (
    cosine_loss,
    l2_loss,
    mse_loss,
    pkd_loss,
    soft_label_loss,
    vid_loss,
)
from infojax.losses._expert_product import ExpertProduct, expert_product
from infojax.losses._hierarchical import (
    BottleneckLevel,
    HierarchicalTerms,
    hierarchical_bottleneck_loss,
    hierarchical_bottleneck_terms,
)
from infojax.losses._hsic_bottleneck import (
    HSICBottleneckTerms,
    hsic_bottleneck_loss,
    hsic_bottleneck_terms,
)
from infojax.losses._layer_mapping import emd_mapping, last_mapping, skip_mapping
from infojax.losses._mcmi import (
    MCMITerms,
    class_information,
    mcmi_loss,
    mcmi_terms,
)
from infojax.losses._mi_alpha import MIAlphaTerms, mi_alpha_loss, mi_alpha_terms
from infojax.losses._mixed_autoencoder import (
    homologous_accuracy,
    homologous_loss,
    masked_reconstruction_loss,
)
from infojax.losses._modulated_loss import (
    modality_scores,
    modulated_loss,
    scale_gradient,
)
from infojax.losses._modulation import (
    ModulationState,
    RunningScores,
    modulation_coefficients,
    modulation_ratio,
    running_scores,
)
from infojax.losses._nonlinear_ib import (
    NonlinearIBTerms,
    exponential_penalty,
    nonlinear_ib_loss,
    nonlinear_ib_terms,
    power_penalty,
)
from infojax.losses._pairwise_rates import pairwise_rate_lower, pairwise_rate_upper
from infojax.losses._prototypes import (
    PrototypeTerms,
    prototype_loss,
    prototype_terms,
)
from infojax.losses._rate_target import RateTarget, RateTargetState, rate_target
from infojax.losses._rates import gaussian_rate, reparameterize, sampled_rate
from infojax.losses._recommendation import bpr_loss, ndcg_at_k, recall_at_k
from infojax.losses._renyi_bottleneck import (
    RenyiBottleneckTerms,
    renyi_bottleneck_loss,
    renyi_bottleneck_terms,
)
from infojax.losses._rlmrec import (
    RLMRecTerms,
    rlmrec_contrastive_loss,
    rlmrec_contrastive_terms,
    rlmrec_generative_loss,
)
from infojax.losses._schedules import cosine_beta, cyclical_beta, linear_beta
from infojax.losses._separation import (
    ClassSeparation,
    class_separation,
    normalized_cmi,
)
from infojax.losses._shapley import shapley_responses
from infojax.losses._survival import (
    SurvivalTerms,
    concordance_index,
    survival_loss,
    survival_risk,
    survival_terms,
)
from infojax.losses._two_views import infonce_loss, siglip_loss
from infojax.losses._vib import VIBTerms, vib_loss, vib_terms
from infojax.losses._wasserstein_dependency import (
    WassersteinDependencyTerms,
    gradient_penalty,
    wasserstein_dependency_loss,
    wasserstein_dependency_terms,
)

__all__ = [
    "AttentionEntropyTerms",
    "BottleneckLevel",
    "CEBTerms",
    "CSBottleneckTerms",
    "CentroidAverage",
    "ClassSeparation",
    "DisentanglingTerms",
    "ExpertProduct",
    "HSICBottleneckTerms",
    "HierarchicalTerms",
    "MCMITerms",
    "MIAlphaTerms",
    "ModulationState",
    "NonlinearIBTerms",
    "PrototypeTerms",
    "RLMRecTerms",
    "RateTarget",
    "RateTargetState",
    "RenyiBottleneckTerms",
    "RunningScores",
    "SurvivalTerms",
    "VIBTerms",
    "WassersteinDependencyTerms",
    "alignment_loss",
    "attention_entropy_loss",
    "attention_entropy_terms",
    "bpr_loss",
    "ceb_loss",
    "ceb_terms",
    "centroid_average",
    "class_centroids",
    "class_information",
    "class_separation",
    "competition_strength",
    "concordance_index",
    "cosine_beta",
    "cosine_loss",
    "crd_loss",
    "cs_bottleneck_loss",
    "cs_bottleneck_terms",
    "cyclical_beta",
    "disentangling_fit_loss",
    "disentangling_loss",
    "disentangling_terms",
    "emd_mapping",
    "expert_product",
    "exponential_penalty",
    "gaussian_rate",
    "gradient_penalty",
    "hard_dead_zone",
    "hierarchical_bottleneck_loss",
    "hierarchical_bottleneck_terms",
    "homologous_accuracy",
    "homologous_loss",
    "hsic_bottleneck_loss",
    "hsic_bottleneck_terms",
    "infonce_loss",
    "l2_loss",
    "last_mapping",
    "linear_beta",
    "masked_reconstruction_loss",
    "mcmi_loss",
    "mcmi_terms",
    "mi_alpha_loss",
    "mi_alpha_terms",
    "modality_scores",
    "modulated_loss",
    "modulation_coefficients",
    "modulation_ratio",
    "mse_loss",
    "ndcg_at_k",
    "nonlinear_ib_loss",
    "nonlinear_ib_terms",
    "normalized_cmi",
    "pairwise_rate_lower",
    "pairwise_rate_upper",
    "pkd_loss",
    "power_penalty",
    "prototype_loss",
    "prototype_terms",
    "rate_target",
    "recall_at_k",
    "renyi_bottleneck_loss",
    "renyi_bottleneck_terms",
    "reparameterize",
    "rlmrec_contrastive_loss",
    "rlmrec_contrastive_terms",
    "rlmrec_generative_loss",
    "running_scores",
    "sampled_rate",
    "scale_gradient",
    "shapley_responses",
    "siglip_loss",
    "skip_mapping",
    "soft_dead_zone",
    "soft_label_loss",
    "survival_loss",
    "survival_risk",
    "survival_terms",
    "vib_loss",
    "vib_terms",
    "vid_loss",
    "wasserstein_dependency_loss",
    "wasserstein_dependency_terms",
]
