"""Tests of ``infojax.divergence``; a package, so that file names may recur elsewhere."""
