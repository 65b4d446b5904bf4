"""Tests of ``infojax.kernels``; a package, so that file names may recur elsewhere."""
