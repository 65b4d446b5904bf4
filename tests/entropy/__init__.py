"""Tests of entropy."""
