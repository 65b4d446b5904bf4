"""Tests of ``infojax.dependence``, a package: its file names recur elsewhere."""
