"""What the processor does in one instruction and Python in none or many: plain functions, and what stands for them in machine code."""

from functools import lru_cache
from typing import Any

LINE_BYTES = 64
"""Bytes that come from memory at a time."""


def lowest_bit(word: Any) -> int:
    """The place of the lowest bit that is set in a word of 64 bits that is not 0."""
    bits = int(word)
    return (bits & -bits).bit_length() - 1


def fetch(record: Any) -> None:
    """A record will soon be read: machine code lets it come from memory meanwhile; Python has nothing to do."""


@lru_cache(maxsize=1)
def register_instructions() -> None:
    """Let machine code that calls these functions hold the instructions instead. Imports numba; must come before the first compilation."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    from sim.machine_code import stands_for

    def bit(typing: Any, word: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

        return types.int64(word), code

    def come(typing: Any, record: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            byte, number = ir.IntType(8), ir.IntType(32)
            begin = builder.bitcast(arguments[0], byte.as_pointer())
            known = builder.module.declare_intrinsic(
                "llvm.prefetch", [byte.as_pointer()], ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number])
            )
            for offset in range(0, signature.args[0].size, LINE_BYTES):
                at = builder.gep(begin, [ir.Constant(ir.IntType(64), offset)])
                builder.call(known, [at, *(ir.Constant(number, each) for each in (0, 3, 1))])
            return context.get_dummy_value()

        return types.none(record), code

    one: Any = intrinsic(bit)
    other: Any = intrinsic(come)
    stands_for(lowest_bit, lambda word: lambda word: one(word))
    stands_for(fetch, lambda record: lambda record: other(record))
