"""Tests of ``infojax.losses``, a package: its file names recur elsewhere."""
