"""Tests of ``infojax.mi``, a package: its file names recur elsewhere."""
