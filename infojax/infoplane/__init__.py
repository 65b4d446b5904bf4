"""The information plane: what layers say of inputs and labels as a network trains."""

from infojax.infoplane._activations import activations, sow
from infojax.infoplane._estimate import Plane, compression, estimate, interval
from infojax.infoplane._estimators import (
    Information,
    LayerEstimator,
    adaptive_bins,
    bins,
    encoder,
    noise,
    samples,
)
from infojax.infoplane._generalization import (
    CombinedInformation,
    GeneralizationG3,
    combined_information,
    generalization_g3,
    posterior_log_densities,
    weight_data_information_jensen,
    weight_data_information_mixture,
)
from infojax.infoplane._gradients import (
    GradientMoments,
    GradientSNR,
    RunningGradientSNR,
    gradient_snr,
    running_gradient_snr,
)
from infojax.infoplane._page import write_page
from infojax.infoplane._plot import plot_epochs, plot_gradients, plot_plane
from infojax.infoplane._recording import (
    Recording,
    from_arrays,
    load,
    log_epochs,
    record,
    save,
    start,
)

__all__ = [
    "CombinedInformation",
    "GeneralizationG3",
    "GradientMoments",
    "GradientSNR",
    "Information",
    "LayerEstimator",
    "Plane",
    "Recording",
    "RunningGradientSNR",
    "activations",
    "adaptive_bins",
    "bins",
    "combined_information",
    "compression",
    "encoder",
    "estimate",
    "from_arrays",
    "generalization_g3",
    "gradient_snr",
    "interval",
    "load",
    "log_epochs",
    "noise",
    "plot_epochs",
    "plot_gradients",
    "plot_plane",
    "posterior_log_densities",
    "record",
    "running_gradient_snr",
    "samples",
    "save",
    "sow",
    "start",
    "weight_data_information_jensen",
    "weight_data_information_mixture",
    "write_page",
]
