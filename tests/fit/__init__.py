"""Tests of trainable estimation."""
