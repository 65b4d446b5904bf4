"""Tests of ``infojax.kernels``, a package: its file names recur elsewhere."""
