"""States on disk, through Orbax."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import jax

from infojax._base import checks

__all__ = ["restore", "save"]

Tree = TypeVar("Tree")


def save(path: str | Path, tree: Any) -> None:
    """Write a pytree of arrays, such as a ``TrainRun`` or a ``FitState``.

    Args:
        path: a directory that does not exist yet.
        tree: any pytree of arrays.

    Returns: nothing, once all is written.
    Gradients: none.
    Cost: the size of the arrays.
    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(folder + "/state", {"a": jnp.ones(2)})
        ...     restore(folder + "/state", like={"a": jnp.zeros(2)})["a"].tolist()
        [1.0, 1.0]
    References: the documentation of Orbax.
    """
    import orbax.checkpoint as ocp

    place = Path(path).absolute()
    if place.exists():
        expected, received = "a path where nothing is yet", str(place)
        raise checks.fail(ValueError, "save", "path", expected, received)
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(place, tree)


def restore(path: str | Path, *, like: Tree) -> Tree:
    """Read a pytree of arrays that ``save`` wrote.

    Args:
        path: the directory.
        like: a pytree of the same structure, shapes and dtypes, of arrays or of what
            ``jax.eval_shape`` returns: ``jax.eval_shape(lambda: train(...)).run``.

    Returns: the pytree, bit for bit.
    Gradients: none.
    Cost: the size of the arrays.
    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(folder + "/state", {"a": jnp.ones(2)})
        ...     restore(folder + "/state", like={"a": jnp.zeros(2)})["a"].tolist()
        [1.0, 1.0]
    References: the documentation of Orbax.
    """
    import orbax.checkpoint as ocp

    place = Path(path).absolute()
    if not place.is_dir():
        expected, received = "a directory that `save` wrote", str(place)
        raise checks.fail(ValueError, "restore", "path", expected, received)
    with ocp.StandardCheckpointer() as checkpointer:
        return checkpointer.restore(place, jax.eval_shape(lambda: like))
