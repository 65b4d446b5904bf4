"""Tests of ``infojax.divergence``, a package: its file names recur elsewhere."""
