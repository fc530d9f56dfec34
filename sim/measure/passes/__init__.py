"""Single passes over the rows of a log, and over what was read from them: plain functions that write into arrays of their caller, run as
machine code (`machine_code_of`)."""

from sim.measure.passes.compile import machine_code_of

__all__ = ["machine_code_of"]
