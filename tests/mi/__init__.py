"""Tests of ``infojax.mi``; a package, so that file names may recur elsewhere."""
