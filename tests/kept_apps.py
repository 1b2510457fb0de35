"""How does a test get an app of its own without building every route anew?

The first request to an app prepares each of its routes, half a second of work for the whole door. So a process builds
an app once, and each test gets a copy: the routes are shared, state and doors (limits, what they remember) are its own.
"""

import copy
from collections.abc import Callable
from functools import cache

from fastapi import FastAPI
from starlette.datastructures import State

from peakday.kernel.house import House


def app_of(build: Callable[..., FastAPI], house: House, *arguments: object) -> FastAPI:
    """What `build` makes, over `house`; `build` is called once for the same arguments and must not know the house."""
    app = copy.copy(_built(build, *arguments))
    app.state = State({"house": house})
    app.user_middleware = list(app.user_middleware)
    app.exception_handlers = dict(app.exception_handlers)
    app.middleware_stack = None
    return app


@cache
def _built(build: Callable[..., FastAPI], *arguments: object) -> FastAPI:
    return build(*arguments)
