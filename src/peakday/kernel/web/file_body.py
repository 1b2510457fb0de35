"""How does a door that takes a file of rows say so in the OpenAPI document? As the body, or as a form's field."""

from typing import Any

_BYTES = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "required": ["file"], "properties": {"file": _BYTES}}
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": _BYTES}, "multipart/form-data": {"schema": _FORM}},
    }
}
