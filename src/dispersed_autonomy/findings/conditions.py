"""The conditions of a claim's rule: comparisons of named results and numbers, read
as what they are and never run as code.
"""

import ast
import math
import operator
from collections.abc import Callable
from functools import cache

# How the case that takes whatever is left may be written.
ALWAYS = ("otherwise", "true", "always")
COMPARISONS = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
SIGNS = {ast.USub: operator.neg, ast.UAdd: operator.pos}
LONGEST_LETTERS = 1000
LIMITS = {"_low": "low", "_high": "high"}


class ConditionError(Exception):
    """A condition that says something else than a comparison."""


@cache
def parse_condition(condition: str | bool) -> ast.expr:
    """Return a condition as a tree of comparisons.

    Parameters
    ----------
    condition : str or bool
        Numbers and names of results, compared (`<`, `<=`, `>`, `>=`, `==`, `!=`, in
        chains too), computed with `+ - * /`, joined by `and`, `or`, `not`; or one
        of the words `otherwise`, `true` and `always`.

    Raises
    ------
    ConditionError
        If anything else is in it.
    """
    text = " ".join(str(condition).split())
    if text.lower() in ALWAYS:
        return ast.Constant(value=True)
    if len(text) > LONGEST_LETTERS:
        raise ConditionError(
            f"condition {text[:60]!r} ...: {len(text)} characters, at most"
            f" {LONGEST_LETTERS}"
        )
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ConditionError(
            f"condition {text!r} cannot be read: {error}"
        ) from error
    _check_truth(tree, text)
    return tree


def _check_truth(node: ast.expr, text: str) -> None:
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            _check_truth(value, text)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        _check_truth(node.operand, text)
    elif isinstance(node, ast.Compare) and all(
        type(op) in COMPARISONS for op in node.ops
    ):
        for value in (node.left, *node.comparators):
            _check_number(value, text)
    else:
        raise ConditionError(
            f"condition {text!r}: {ast.unparse(node)!r} is no comparison"
        )


def _check_number(node: ast.expr, text: str) -> None:
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        _check_number(node.left, text)
        _check_number(node.right, text)
    elif isinstance(node, ast.UnaryOp) and type(node.op) in SIGNS:
        _check_number(node.operand, text)
    elif not isinstance(node, ast.Name) and not _is_number(node):
        raise ConditionError(
            f"condition {text!r}: {ast.unparse(node)!r} is neither a finite"
            " number nor the name of a result"
        )


def _is_number(node: ast.expr) -> bool:
    if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
        return False
    try:
        return math.isfinite(node.value)
    except OverflowError:
        return False


def numbers_read(condition: str | bool) -> list[str]:
    """Return the names that a condition reads, as it writes them, in its order."""
    names = [
        node
        for node in ast.walk(parse_condition(condition))
        if isinstance(node, ast.Name)
    ]
    names.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in names))


def names_read(condition: str | bool) -> list[str]:
    """Return the ids of the results that a condition reads, in its order."""
    return list(
        dict.fromkeys(split_name(name)[0] for name in numbers_read(condition))
    )


def split_name(name: str) -> tuple[str, str]:
    """Return the id of a result and the part of it that a name in a rule stands
    for: `share_low` is the part `low` of `share`.
    """
    for ending, part in LIMITS.items():
        if name.endswith(ending):
            return name.removesuffix(ending), part
    return name, "value"


def is_always_true(condition: str | bool) -> bool:
    """Return whether a condition holds whatever the data are: it names no result
    and is true.
    """
    return not numbers_read(condition) and holds(condition, _no_name)


def thresholds(condition: str | bool) -> list[float]:
    """Return the numbers in a condition that are computed from no result, such as
    66.7 for `200 / 3`.
    """
    found = []

    def look(node: ast.AST) -> None:
        names = any(isinstance(part, ast.Name) for part in ast.walk(node))
        number = isinstance(node, (ast.Constant, ast.BinOp, ast.UnaryOp))
        if number and not names:
            found.append(float(_compute(node, _no_name)))
            return
        for part in ast.iter_child_nodes(node):
            look(part)

    if not is_always_true(condition):
        look(parse_condition(condition))
    return found


def _no_name(name: str) -> float:
    raise ConditionError(f"{name} is no number")


def holds(condition: str | bool, number: Callable[[str], float]) -> bool:
    """Return whether a condition is true.

    Parameters
    ----------
    condition : str or bool
        As of `parse_condition`.
    number : callable
        Returns the number that a name in it stands for. A name is looked up only
        where the parts before it leave the condition open.

    Raises
    ------
    ConditionError
        If it cannot be read or divides by zero.
    """
    try:
        return _is_true(parse_condition(condition), number)
    except ZeroDivisionError as error:
        raise ConditionError(f"condition {condition!r} divides by zero") from error


def _is_true(node: ast.expr, number: Callable[[str], float]) -> bool:
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.BoolOp):
        joined = all if isinstance(node.op, ast.And) else any
        return joined(_is_true(value, number) for value in node.values)
    if isinstance(node, ast.UnaryOp):
        return not _is_true(node.operand, number)
    values = [_compute(value, number) for value in (node.left, *node.comparators)]
    return all(
        COMPARISONS[type(op)](left, right)
        for op, left, right in zip(node.ops, values, values[1:])
    )


def _compute(node: ast.expr, number: Callable[[str], float]) -> float:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return number(node.id)
    if isinstance(node, ast.UnaryOp):
        return SIGNS[type(node.op)](_compute(node.operand, number))
    return ARITHMETIC[type(node.op)](
        _compute(node.left, number), _compute(node.right, number)
    )
