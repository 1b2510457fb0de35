"""What does the API description say that the routes alone do not? Who may call, and how refusals look."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from peakday.apps.http.keyed_doors import needs_key
from peakday.kernel.kept_answers import KEY_LENGTH_MAX
from peakday.kernel.web.problems import PROBLEM_TYPE

DESCRIPTION = """The merchant side of a very large sale day.

Sign in with an API key: `Authorization: Bearer <key>`. A key is bound to one shop and to scopes. Refusals are
problem+json (RFC 9457) with a stable `code`. Lists are paged by `cursor`; changes may carry `Idempotency-Key`, and
those that would add something each time must: asked again under the same key, they answer as before and change nothing.
Money is in minor units with its currency; instants are UTC.
"""
KEY_PARAMETER = {
    "name": "Idempotency-Key", "in": "header", "required": True, "description": "A new one for each wish.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX, "pattern": "^[!-~]+$"},
}  # fmt: skip


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once: every refusal under its own media type, one security scheme."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(title="Peakday", version=app.version, description=DESCRIPTION, routes=app.routes)
    document.setdefault("components", {})["securitySchemes"] = {"api_key": {"type": "http", "scheme": "bearer"}}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if needs_key(method.upper(), path):
                operation.setdefault("parameters", []).append(KEY_PARAMETER)
                reused = {**operation["responses"]["422"], "description": "The key was used for something else."}
                operation["responses"].setdefault("409", reused)
            operation.setdefault("security", [{"api_key": []}])
            for status, answer in operation["responses"].items():
                _as_problem(status, answer)
    app.openapi_schema = document
    return document


def _as_problem(status: str, answer: dict[str, Any]) -> None:
    """Refusals speak problem+json only."""
    content = answer.get("content", {})
    if status >= "400" and "application/json" in content:
        answer["content"] = {PROBLEM_TYPE: {"schema": content["application/json"].get("schema", {})}}
