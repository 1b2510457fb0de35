"""How is the typed Python client kept equal to the doors? It is written from the app's own routes.

python tools/client.py            writes src/peakday/apps/client/doors_*.py and __init__.py
python tools/client.py --check    fails when they are not what the routes say
"""

import inspect
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from peakday.apps.http.app import create_app

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "src/peakday/apps/client"


class Writer:
    """Collects the imports that the annotations of one file need."""

    def __init__(self) -> None:
        self.imports: set[str] = set()

    def name(self, kind: Any) -> str:  # noqa: C901, PLR0911 - one line for each form that an annotation can have
        """An annotation as source text."""
        if kind is None or kind is NoneType:
            return "None"
        origin = get_origin(kind)
        if origin is Annotated:
            return self.name(get_args(kind)[0])
        if origin in {Union, UnionType}:
            return " | ".join(self.name(part) for part in get_args(kind))
        if origin is Literal:
            self.imports.add("from typing import Literal")
            return f"Literal[{', '.join(repr(value) for value in get_args(kind))}]"
        if origin is not None:
            return f"{self.name(origin)}[{', '.join(self.name(part) for part in get_args(kind))}]"
        if kind is Ellipsis:
            return "..."
        if kind is Any:
            self.imports.add("from typing import Any")
            return "Any"
        if kind.__module__ != "builtins":
            self.imports.add(f"from {kind.__module__} import {kind.__name__}")
        return str(kind.__name__)


def method_text(route: APIRoute, writer: Writer) -> str:
    """One door as a method."""
    verb = next(iter((route.methods or set()) - {"HEAD"}))
    path_names = [param.name for param in route.dependant.path_params]
    arguments = ["self", *[f"{name}: str" for name in path_names]]
    call = [f'"{verb}"', ("f" if path_names else "") + f'"{route.path}"']
    answer = writer.name(route.response_model) if route.response_model else "bytes"
    call.append(answer if "|" not in answer else "object")
    has_raw_body = "requestBody" in (route.openapi_extra or {})
    if route.body_field is not None:
        arguments.append(f"body: {writer.name(route.body_field.field_info.annotation)}")
    elif has_raw_body:
        arguments.append("body: object")
    keywords = []
    for param in _query_fields(route):
        default = "" if param.field_info.is_required() else " = " + repr(_plain(param.field_info.get_default()))
        keywords.append(f"{param.name}: {writer.name(_loose(param.field_info.annotation))}{default}")
    if keywords:
        arguments += ["*", *keywords]
        pairs = ", ".join(f'"{p.field_info.alias or p.name}": {p.name}' for p in _query_fields(route))
        call.append(f"query={{{pairs}}}")
    if route.body_field is not None or has_raw_body:
        call.append("body=body")
    doc = (inspect.getdoc(route.endpoint) or route.name).split("\n")[0]
    return (
        f"    def {route.name}({', '.join(arguments)}) -> {answer}:\n"
        f'        """{doc}"""\n        return self.ask({", ".join(call)})\n'
    )


@dataclass(frozen=True)
class _Field:
    """A query parameter: its own, or one of a model's."""

    name: str
    field_info: Any


def _query_fields(route: APIRoute) -> list[_Field]:
    """The query parameters of a door; a model of them is taken apart."""
    found = []
    for param in _query_params(route.dependant):
        kind = param.field_info.annotation
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            found += [_Field(name, info) for name, info in kind.model_fields.items()]
        else:
            found.append(_Field(param.name, param.field_info))
    return found


def _query_params(dependant: Dependant) -> list[Any]:
    """Its own query parameters and those of what it depends on."""
    return [*dependant.query_params, *(param for part in dependant.dependencies for param in _query_params(part))]


def _plain(default: Any) -> Any:
    return tuple(default) if isinstance(default, list) else getattr(default, "value", default)


def _loose(kind: Any) -> Any:
    """Enums travel as text; lists are given as what cannot change, for they have defaults."""
    if get_origin(kind) is list:
        return tuple[get_args(kind)[0], ...]
    return str if inspect.isclass(kind) and hasattr(kind, "__members__") else kind


def render() -> dict[str, str]:
    """File name → text, one file a room."""
    rooms: dict[str, list[APIRoute]] = {}
    for context in iter_route_contexts(create_app().routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.path.startswith("/v1/") and route.include_in_schema:
            rooms.setdefault(route.endpoint.__module__.split(".")[2], []).append(route)
    files = {f"doors_{room}.py": _room_text(room, routes) for room, routes in sorted(rooms.items())}
    names = {room: _class_name(room) for room in sorted(rooms)}
    imports = "\n".join(f"from peakday.apps.client.doors_{room} import {name}" for room, name in names.items())
    files["__init__.py"] = (
        '"""How does a Python program call Peakday? `Client(address, key)` has one typed method for every door.\n\n'
        'Written by `python tools/client.py` from the routes; `transport.py` is written by hand.\n"""\n\n'
        f"{imports}\nfrom peakday.apps.client.transport import ApiRefusal, Transport\n\n"
        f'__all__ = ["ApiRefusal", "Client"]\n\n\nclass Client({", ".join(names.values())}, Transport):\n'
        '    """Every door of the API, typed."""\n'
    )
    return {name: _formatted(text) for name, text in files.items()}


def _class_name(room: str) -> str:
    return "".join(word.capitalize() for word in room.split("_")) + "Doors"


def _room_text(room: str, routes: list[APIRoute]) -> str:
    writer = Writer()
    methods = "\n".join(method_text(route, writer) for route in routes)
    imports = "\n".join(sorted(writer.imports | {"from peakday.apps.client.transport import Transport"}))
    return (
        f'"""Which doors does the room `{room}` open to programs? Written by `python tools/client.py`."""\n\n'
        "# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors\n\n"
        f"{imports}\n\n\n"
        f'class {_class_name(room)}(Transport):\n    """The doors of {room}."""\n\n{methods}'
    )


def _formatted(text: str) -> str:
    ruff = str(Path(sys.executable).with_name("ruff"))
    sorted_text = subprocess.run(
        [ruff, "check", "--select", "I", "--fix", "-q", "--stdin-filename", "src/peakday/apps/client/x.py", "-"],
        input=text, cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return subprocess.run(
        [ruff, "format", "-q", "--stdin-filename", "src/peakday/apps/client/x.py", "-"],
        input=sorted_text, cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def main() -> int:
    """Write the files, or check them."""
    stale = []
    for name, text in render().items():
        path = FOLDER / name
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        print(f"the client is not what the routes say ({', '.join(stale)}): run `make docs`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
