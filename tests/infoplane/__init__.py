"""Tests of the information plane."""
