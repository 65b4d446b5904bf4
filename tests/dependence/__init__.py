"""Tests of ``infojax.dependence``; a package, so that file names may recur elsewhere."""
