"""Total correlations of Gram matrices against reference numbers and two variables."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import golden

from infojax import kernels, mi

CASES = [
    c for c in golden("matrix_renyi") if c["quantity"] == "renyi_total_correlation"
]
FUNCTIONS = [mi.matrix_renyi_total_correlation, mi.matrix_renyi_dual_total_correlation]
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(9, 2)), RNG.normal(size=9)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_reference_numbers(case):
    columns = list(np.array(case["inputs"]["x"]).T)
    params = case["params"]
    options = {"kernel": kernels.gaussian(params["sigma"]), "alpha": params["alpha"]}
    for function, name in zip(FUNCTIONS, ("tc", "dtc"), strict=True):
        np.testing.assert_allclose(
            function(columns, **options),
            case["expected"][name],
            rtol=case["rtol"],
            atol=case["atol"],
        )


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("alpha", [1, 2])
def test_two_variables_have_their_mutual_information(function, alpha):
    pair = kernels.gaussian(1.0), kernels.laplace(0.5)
    expected = mi.matrix_renyi(X, Y, kernel_x=pair[0], kernel_y=pair[1], alpha=alpha)
    got = function((X, Y), kernel=pair, alpha=alpha)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_mistakes_are_explained(function):
    with pytest.raises(ValueError, match="`variables` must be two or more samples"):
        function((X,))
    with pytest.raises(ValueError, match="`kernel` must be one callable or 2 of them"):
        function((X, Y), kernel=(kernels.gaussian(1.0),))
