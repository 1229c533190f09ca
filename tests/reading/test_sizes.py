"""Unification of sizes: what follows, what is false, what waits."""

from __future__ import annotations

from itertools import pairwise

from symrnn.reading.sizes import ONE, Declared, Equations, Size, declared, total, unknown


def test_an_unknown_size_becomes_what_it_equals() -> None:
    a, b, c = unknown(), unknown(), unknown()
    equations = Equations()
    assert equations.equate(a, total([b, c])) and equations.equate(b, Size(number=2))
    assert a.resolved() == Size(c.parts, 2) and equations.settle() is None


def test_a_solution_counts_as_often_as_its_size_is_there() -> None:
    a, b = unknown(), unknown()
    equations = Equations()
    assert equations.equate(a, total([b, ONE]))
    assert total([a, a, a]).resolved() == Size(((b.parts[0][0], 3),), 3)


def test_no_size_is_a_part_of_itself_nor_zero() -> None:
    a, b = unknown(), unknown()
    assert not Equations().equate(a, total([a, b]))
    assert not Equations().equate(total([a, b]), ONE)
    assert not Equations().equate(total([a, Size(number=2)]), Size(number=2))
    assert Equations().equate(total([a, b, ONE]), total([ONE, b, a]))


def test_declared_sizes_equal_nothing_else() -> None:
    d, m = declared(Declared("d")), declared(Declared("m"))
    assert not Equations().equate(d, m) and Equations().equate(d, d)
    assert not Equations().equate(d, ONE) and not Equations().equate(total([d, m]), total([d, d]))


def test_a_matrix_is_never_found_to_be_a_row_or_a_column() -> None:
    rows, of_vector = unknown(may_be_one=False), unknown()
    equations = Equations()
    assert not equations.equate(rows, ONE)
    # Whichever of the two stands for the other.
    for left, right in ((rows, of_vector), (unknown(), unknown(may_be_one=False))):
        assert equations.equate(left, right)
        assert not equations.equate(left, ONE) and not equations.equate(right, ONE)


def test_what_waits_is_solved_once_more_is_known() -> None:
    a, b, c, e = (unknown() for _ in range(4))
    equations = Equations()
    assert equations.equate(total([a, b]), total([c, e]), "here")
    assert equations.settle() == ("here", False)
    assert equations.equate(a, c) and equations.settle() is None
    assert b.resolved() == e.resolved()


def test_what_waits_may_turn_out_false() -> None:
    a, b, c, e = (unknown() for _ in range(4))
    equations = Equations()
    assert equations.equate(total([a, b]), total([c, e]), "here")
    assert equations.equate(a, c) and equations.equate(b, Size(number=2))
    assert equations.equate(e, Size(number=3))
    assert equations.settle() == ("here", True)


def test_sizes_that_double_stay_small() -> None:
    first = size = unknown()
    equations = Equations()
    for _ in range(200):
        twice = unknown()
        assert equations.equate(twice, total([size, size]))
        size = twice
    assert size.resolved().parts == ((first.parts[0][0], 2**200),)


def test_a_long_chain_of_equal_sizes_is_resolved() -> None:
    chain = [unknown() for _ in range(2000)]
    equations = Equations()
    for left, right in pairwise(chain):
        assert equations.equate(right, left)
    assert len({size.resolved().parts for size in chain}) == 1
