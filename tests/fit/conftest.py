"""What tests of training share."""

from __future__ import annotations

import jax
import pytest


@pytest.fixture
def standard_promotion():
    """Optax's own Adam mixes a float with an int32 count."""
    with jax.numpy_dtype_promotion("standard"):
        yield
