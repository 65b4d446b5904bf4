"""Partial information decomposition: redundant, unique and synergistic, in nats.

The target comes first, ``[ns, nx, ny]``. ``broja`` tells sources apart that say
different things; ``i_min`` and ``mmi`` are cheap and only compare how much is said.
``bounds`` hold for all of them. From samples: ``plugin`` for codes, ``sample_mmi`` and
``sample_bounds`` for numbers.
"""

from infojax.pid._atoms import PID
from infojax.pid._bounds import PIDBounds, bounds
from infojax.pid._broja import BROJA, broja
from infojax.pid._i_min import i_min
from infojax.pid._lattice import Lattice, lattice_i_min, lattice_mmi
from infojax.pid._mmi import gaussian_mmi, mmi
from infojax.pid._plot import plot_atoms
from infojax.pid._samples import plugin, sample_bounds, sample_mmi

__all__ = [
    "BROJA",
    "PID",
    "Lattice",
    "PIDBounds",
    "bounds",
    "broja",
    "gaussian_mmi",
    "i_min",
    "lattice_i_min",
    "lattice_mmi",
    "mmi",
    "plot_atoms",
    "plugin",
    "sample_bounds",
    "sample_mmi",
]
