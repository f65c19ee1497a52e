"""Where SQL is made of anything but literals."""

import ast
import re
from collections.abc import Iterator

from devstack.postgres import CHECKOUT

# The calls that take SQL, and which of their arguments it is.
TAKING = {"one": 1, "optional": 1, "many": 1, "page": 1, "command": 0, "Query": 0, "execute": 0, "SQL": 0}
DYNAMIC = re.compile(r"\bEXECUTE\b(?! FUNCTION)", re.IGNORECASE)


def composed() -> Iterator[str]:
    """Each place in the functions, the shared layer and the schema's functions, as file:line."""
    for folder in ("functions", "layers/shared/gigstream"):
        for path in (CHECKOUT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text())
            yield from (f"{path.relative_to(CHECKOUT)}:{line}" for line in _composed(tree))
    for folder in ("functions", "triggers", "views"):
        for path in (CHECKOUT / "schema" / folder).rglob("*.sql"):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if DYNAMIC.search(line.partition("--")[0]):
                    yield f"{path.relative_to(CHECKOUT)}:{number}"


def _composed(tree: ast.Module) -> Iterator[int]:
    """The lines with SQL that is neither a literal, nor a sum of literals, nor handed on as a LiteralString."""
    named = {
        ast.unparse(statement.target): statement.value
        for statement in tree.body
        if isinstance(statement, ast.AnnAssign) and statement.value
    }
    handed_on = {
        argument.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for argument in node.args.args
        if argument.annotation and ast.unparse(argument.annotation) == "LiteralString"
    }

    def literal(node: ast.expr) -> bool:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return literal(node.left) and literal(node.right)
        if isinstance(node, ast.Subscript):  # of a table of literals
            table = named.get(ast.unparse(node.value))
            return isinstance(table, ast.Dict) and all(map(literal, table.values))
        if isinstance(node, ast.Name):
            return node.id in handed_on or (node.id in named and literal(named[node.id]))
        return isinstance(node, ast.Constant) or ast.unparse(node) == "query.sql"

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            place = TAKING.get(ast.unparse(node.func).rpartition(".")[2])
            if place is not None and not literal(node.args[place]):
                yield node.lineno
