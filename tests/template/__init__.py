"""Tests of `policy_pack.template`: templates as texts, and what is read of them."""
