"""Private names of aiohttp: which are used is said where they are used, and all of them still exist.

A name of ours in a class of aiohttp's that aiohttp uses as well would be found here, too.
"""

import ast
import inspect
import textwrap
from pathlib import Path

import pytest
from aiohttp import TCPConnector, web
from aiohttp.client_proto import ResponseHandler
from aiohttp.streams import StreamReader

import upload_service

FOLDER = Path(upload_service.__file__).parent
# Each file that may use some, with aiohttp's classes whose names they are.
USERS: dict[str, tuple[type, ...]] = {
    "server/connection.py": (web.RequestHandler,),
    "server/one_request_at_a_time.py": (web.RequestHandler, StreamReader),
    "server/open_connections.py": (web.RequestHandler,),
    "storage/connection.py": (ResponseHandler,),
    "storage/connection_pools.py": (TCPConnector,),
}


@pytest.mark.parametrize("file", USERS)
def test_names_are_said_and_exist(file: str) -> None:
    """The head of the file names in `backticks` what it uses of aiohttp's, no more and no less."""
    tree = ast.parse((FOLDER / file).read_text())
    theirs = set[str]().union(*(_of_class(each) for each in USERS[file]))
    said = {word for word in (ast.get_docstring(tree) or "").split("`")[1::2] if word.startswith("_")}
    assert said == _private(tree) & theirs


def test_no_other_file_uses_any() -> None:
    """Elsewhere nothing private is asked of another object, and nothing is derived from these classes."""
    for path in FOLDER.rglob("*.py"):
        file, tree = path.relative_to(FOLDER).as_posix(), ast.parse(path.read_text())
        found = {ast.unparse(node) for node in ast.walk(tree) if _is_foreign(node)}
        bases = {
            ast.unparse(base)
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for base in node.bases
        }
        assert file in USERS or not found, file
        assert file in USERS or not bases & {
            "web.RequestHandler",
            "ResponseHandler",
            "aiohttp.TCPConnector",
        }, file


def _is_foreign(node: ast.AST) -> bool:
    """Whether it is a private name of another object than `self`. `_replace` is public in a NamedTuple."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").startswith("aiohttp") and any(
            each.name.startswith("_") for each in node.names
        )
    if (
        not isinstance(node, ast.Attribute)
        or not _is_private(node.attr)
        or node.attr in ("_replace", "_fields")
    ):
        return False
    return not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))


def _of_class(kind: type) -> set[str]:
    found = set[str]()
    for each in kind.__mro__:
        if each.__module__.startswith("aiohttp."):
            found |= _private(ast.parse(textwrap.dedent(inspect.getsource(each))))
    return found


def _private(tree: ast.AST) -> set[str]:
    """The private names that are attributes or methods there."""
    found = set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                found.add(name)
    return {name for name in found if _is_private(name)}


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")
