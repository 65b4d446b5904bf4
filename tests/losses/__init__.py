"""Tests of ``infojax.losses``; a package, so that file names may recur elsewhere."""
