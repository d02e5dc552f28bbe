"""What a processor does with many bytes at once, for compiled loops: 64 bytes compared in a step, words multiplied whole."""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

WIDE = 64
"""Bytes that are compared at once: as many have to follow a text that is searched."""
_BYTES, _BIT, _PAIR = ir.VectorType(ir.IntType(8), WIDE), ir.IntType(1), ir.IntType(128)


def _instruction(built: Callable) -> Callable[..., Any]:
    """A function that compiled loops call without the types, which are the compiler's."""
    return cast(Callable[..., Any], intrinsic(built))


@_instruction
def alike(typing, text, at, byte):
    """A bit for each of the 64 bytes from a place on that is this one, the first the lowest."""

    def build(context, builder, signature, given):
        array, place, value = given
        start = builder.gep(cgutils.create_struct_proxy(signature.args[0])(context, builder, array).data, [place])
        held = builder.load(builder.bitcast(start, _BYTES.as_pointer()), align=1)
        one = builder.insert_element(ir.Constant(_BYTES, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
        every = builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), WIDE), [0] * WIDE))
        return builder.bitcast(builder.icmp_unsigned("==", held, every), ir.IntType(WIDE))

    return types.uint64(text, types.int64, types.uint8), build


@_instruction
def lowest(typing, bits):
    """The place of the lowest bit; of none it is anything."""

    def build(context, builder, signature, given):
        return builder.cttz(given[0], ir.Constant(_BIT, 1))

    return types.int64(types.uint64), build


@_instruction
def folded(typing, one, two):
    """The product of two words, 128 bits, its halves brought together."""

    def build(context, builder, signature, given):
        product = builder.mul(*(builder.zext(g, _PAIR) for g in given))
        low, high = (
            builder.trunc(p, ir.IntType(64)) for p in (product, builder.lshr(product, ir.Constant(_PAIR, 64)))
        )
        return builder.xor(low, high)

    return types.uint64(types.uint64, types.uint64), build
