"""Structure-aware fuzzing: what is made of recorded requests, states, templates, key policies and settings.

Each target is a module with `make(random)`, which gives an input as JSON, and `faults(given, engine)`, which says what
is wrong with the pack's answer to it: an exception, a planted text that comes out, or an answer more lenient for a
worse input. An input that ever had a fault stays in `corpus`, which the tests run.
"""
