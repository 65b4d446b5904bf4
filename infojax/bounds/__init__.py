"""Variational bounds on mutual information, functions of a score matrix.

``scores[i, j] = f(x_i, y_j)``: positives lie on the diagonal, the rest is a sample of
the product of the marginals. Values are in nats. Lower bounds are to be maximised;
``club``, ``club_sampled`` and ``leave_one_out`` are upper bounds, to be minimised.

Some critics are trained on one function of their scores and evaluated on another. Then
``<name>`` is the estimate, and its gradient that of the objective, which is what
training ascends; ``<name>_objective`` is the objective itself.
"""

from infojax._base.scores import JointProduct
from infojax.bounds._baselines import flo, tuba
from infojax.bounds._bounds import donsker_varadhan, nwj
from infojax.bounds._conditional import (
    barber_agakov,
    club,
    club_sampled,
    leave_one_out,
)
from infojax.bounds._derangement import derangement
from infojax.bounds._dime import (
    gan_dime,
    gan_dime_objective,
    hellinger_dime,
    hellinger_dime_objective,
    kl_dime,
    kl_dime_objective,
    reverse_kl_dime,
    reverse_kl_dime_objective,
)
from infojax.bounds._infonce import infonce, infonce_symmetric
from infojax.bounds._interpolated import interpolated
from infojax.bounds._logistic import jensen_shannon, jensen_shannon_objective, smile
from infojax.bounds._mine import MINE, mine
from infojax.bounds._siglip import siglip, siglip_objective

__all__ = [
    "MINE",
    "JointProduct",
    "barber_agakov",
    "club",
    "club_sampled",
    "derangement",
    "donsker_varadhan",
    "flo",
    "gan_dime",
    "gan_dime_objective",
    "hellinger_dime",
    "hellinger_dime_objective",
    "infonce",
    "infonce_symmetric",
    "interpolated",
    "jensen_shannon",
    "jensen_shannon_objective",
    "kl_dime",
    "kl_dime_objective",
    "leave_one_out",
    "mine",
    "nwj",
    "reverse_kl_dime",
    "reverse_kl_dime_objective",
    "siglip",
    "siglip_objective",
    "smile",
    "tuba",
]
