"""What does one running process hold? Its settings, clock, database, and the engines that doors have opened."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from peakday.kernel.clock import Clock
from peakday.kernel.database import Database
from peakday.kernel.settings import Settings

T = TypeVar("T")


@dataclass
class House:
    """The shared resources of a process. Engines of higher rooms are kept by their type."""

    settings: Settings
    clock: Clock
    database: Database
    engines: dict[type[Any], Any] = field(default_factory=dict)

    def add(self, engine: object) -> None:
        """Keep an engine under its own type."""
        self.engines[type(engine)] = engine

    def get(self, kind: type[T]) -> T:
        """The engine of a type; it must have been added at start-up."""
        engine = self.engines[kind]
        assert isinstance(engine, kind)
        return engine
