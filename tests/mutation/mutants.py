# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutants of a module: the same code with one small change."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


_Path = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Mutant:
    """A module with one change. `text` describes the change and does not depend on line numbers.

    `lines` are those of the changed statement, without the statements inside it.
    """

    line: int
    lines: range
    text: str
    _tree: ast.Module
    _path: _Path
    _changed: ast.AST

    def tree(self) -> ast.Module:
        """Return the changed module."""
        return _replaced(self._tree, self._path, self._changed)


def mutants_of(source: str) -> list[Mutant]:
    """Return all mutants of a source, in the order of their lines."""
    tree = ast.parse(source)
    lines = source.splitlines()
    statements = _statements(tree)
    mutants = []
    seen: dict[str, int] = {}
    for path, node in _places(tree):
        for description, changed in _changes(node):
            line = node.lineno
            source_line = lines[line - 1].strip()
            text = f"{source_line} | {description}"
            seen[text] = seen.get(text, 0) + 1
            # Number equal changes of equal lines.
            text += f" ({seen[text]})" if seen[text] > 1 else ""
            mutants.append(Mutant(line, statements[line], text, tree, path, changed))
    return sorted(mutants, key=lambda mutant: mutant.line)


def _statements(tree: ast.Module) -> dict[int, range]:
    """Return the lines of the innermost statement at each line, without the statements inside it."""
    found: dict[int, range] = {}
    # Inner statements come after outer ones.
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = max(body[0].lineno - 1 if body else node.end_lineno or 0, node.lineno)
            lines = range(node.lineno, last + 1)
            found.update(dict.fromkeys(lines, lines))
    return found


def _places(tree: ast.Module) -> Iterator[tuple[_Path, ast.expr | ast.stmt]]:
    """Yield each expression and statement that runs, with its path in the tree."""
    pending: list[tuple[_Path, ast.AST]] = [((), tree)]
    while pending:
        path, node = pending.pop()
        if isinstance(node, (ast.expr, ast.stmt)):
            yield path, node
        for name, value in ast.iter_fields(node):
            # Annotations and decorators do not affect behavior.
            if name in ("annotation", "returns", "decorator_list", "type_comment", "bases"):
                continue
            if isinstance(value, list):
                items = [(number, item) for number, item in enumerate(value) if isinstance(item, ast.AST)]
                pending += [((*path, (name, number)), item) for number, item in items]
            elif isinstance(value, ast.AST):
                pending.append(((*path, (name, None)), value))


def _changes(node: ast.expr | ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        other = _COMPARISONS[type(node.ops[0])]()
        yield f"{_name(node.ops[0])} becomes {_name(other)}", _with(node, ops=[other])
    elif isinstance(node, ast.BoolOp):
        swapped = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{_name(node.op)} becomes {_name(swapped)}", _with(node, op=swapped)
        for number in range(len(node.values)):
            rest = [value for other_number, value in enumerate(node.values) if other_number != number]
            changed = rest[0] if len(rest) == 1 else _with(node, values=rest)
            yield f"part {number + 1} of {_name(node.op)} is removed", changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield f"{_name(node.op)} is removed", node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC and not _is_text(node):
        other_operator = _ARITHMETIC[type(node.op)]()
        yield f"{_name(node.op)} becomes {_name(other_operator)}", _with(node, op=other_operator)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield f"{node.value} becomes {not node.value}", ast.Constant(not node.value)
        elif isinstance(node.value, (int, float)):
            yield f"{node.value} becomes {node.value + 1}", ast.Constant(node.value + 1)
    elif isinstance(node, (ast.If, ast.While, ast.IfExp)) and not _is_for_types(node.test):
        yield "condition is negated", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "returns None", ast.Return(ast.Constant(None))
    elif (
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        or isinstance(node, ast.AugAssign)
    ):
        yield "statement is removed", ast.Pass()
    elif isinstance(node, ast.Break):
        yield "break becomes continue", ast.Continue()
    elif isinstance(node, ast.Continue):
        yield "continue becomes break", ast.Break()


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_for_types(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "TYPE_CHECKING"


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _name(node: ast.AST) -> str:
    return type(node).__name__.lower()


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _replaced(tree: ast.Module, path: _Path, changed: ast.AST) -> ast.Module:
    """Return the tree with another node at this path. Unchanged nodes are shared."""
    result = copy.copy(tree)
    parent: ast.AST = result
    for position, (name, number) in enumerate(path):
        is_last = position == len(path) - 1
        value = getattr(parent, name)
        item = value if number is None else value[number]
        fresh = changed if is_last else copy.copy(item)
        if is_last:
            ast.copy_location(fresh, item)
        if number is None:
            setattr(parent, name, fresh)
        else:
            setattr(parent, name, [*value[:number], fresh, *value[number + 1 :]])
        parent = fresh
    return result
