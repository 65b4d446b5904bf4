"""Tests of critics."""
