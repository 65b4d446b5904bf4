"""Variational bounds on mutual information, functions of a score matrix.

``scores[i, j] = f(x_i, y_j)``: positives lie on the diagonal, the rest is a sample of
the product of the marginals. Every bound is a lower bound to maximise, in nats.
"""

from infojax.bounds._bounds import donsker_varadhan, infonce, nwj
from infojax.bounds._interpolated import interpolated

__all__ = ["donsker_varadhan", "infonce", "interpolated", "nwj"]
