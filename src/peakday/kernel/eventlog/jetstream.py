"""How does the log outlive a machine? Rows are published to a JetStream stream kept by three nodes.

A batch is acknowledged when a majority of the nodes has it. Its message id is a digest of its keys, so that a batch
sent again, by us after a lost answer or by a client after a crash, is stored once. A full stream refuses the new and
never drops the old. `settle` (the worker's) drains the stream into local segments, syncs, and only then lets the
cluster forget. What is delivered twice has one key, and compaction keeps the first.
"""

import asyncio
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nats
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from peakday.kernel.clock import Clock
from peakday.kernel.eventlog.doorkeeper import Doorkeeper, RecentKeys
from peakday.kernel.eventlog.manifest import segments_folder
from peakday.kernel.eventlog.model import Appended, EventLogUnavailable, LogShape, Rows
from peakday.kernel.eventlog.segments import SegmentWriter

STREAM = "PEAKDAY_EVENTS"
SUBJECT = "peakday.events"
CONSUMER = "compaction"
REPLICAS = 3
STREAM_BYTES_MAX = 8 * 1024**3
REMEMBERS_SECONDS = 120  # how long the cluster knows a message id
PUBLISH_SECONDS_MAX = 10.0  # an election after a node's death takes a few
ANSWER_SECONDS_MAX = 2.0  # then the batch is published again under its message id
PAUSE_SECONDS = 0.1
DRAIN_MESSAGES_MAX = 64
DRAIN_WAIT_SECONDS = 0.5
DRAIN_SECONDS_MAX = 30.0  # longer than a redelivery takes
REDELIVERED_AFTER_SECONDS = 10.0  # what a dead worker had fetched comes again
OPEN_SECONDS_MAX = 20.0


async def open_jetstream(address: str, folder: Path, shape: LogShape, clock: Clock) -> "JetStreamLog":
    """Connect to the cluster (`nats://host:port,host:port…`) and see to it that the stream is there."""
    servers = [f"nats://{place.removeprefix('nats://')}" for place in address.split(",")]
    client = await nats.connect(
        servers,
        max_reconnect_attempts=-1,
        reconnect_time_wait=PAUSE_SECONDS,
        error_cb=_stay_calm,
        connect_timeout=ANSWER_SECONDS_MAX,
    )
    log = JetStreamLog(client, folder, shape, clock)
    await log.ensure_stream(min(REPLICAS, len(servers)))
    return log


class JetStreamLog:
    """The log on a JetStream cluster."""

    def __init__(self, client: Any, folder: Path, shape: LogShape, clock: Clock) -> None:
        self.folder = folder
        self.shape = shape
        self._client = client
        self._stream = client.jetstream(timeout=ANSWER_SECONDS_MAX)
        self._writer = SegmentWriter(segments_folder(folder), clock)
        self._doorkeeper = Doorkeeper(self._publish, RecentKeys())
        self._publishing: set[asyncio.Task[bool]] = set()

    async def ensure_stream(self, replicas: int) -> None:
        """Make the stream and its one consumer unless they are there; waits while the cluster elects its leaders."""
        stream = StreamConfig(
            name=STREAM,
            subjects=[SUBJECT],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            num_replicas=replicas,
            discard=DiscardPolicy.NEW,
            max_bytes=STREAM_BYTES_MAX,
            duplicate_window=REMEMBERS_SECONDS,
        )
        consumer = ConsumerConfig(
            durable_name=CONSUMER,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=REDELIVERED_AFTER_SECONDS,
            max_ack_pending=4 * DRAIN_MESSAGES_MAX,
        )
        deadline = asyncio.get_running_loop().time() + OPEN_SECONDS_MAX
        while True:
            try:
                await self._ensure(lambda: self._stream.stream_info(STREAM), lambda: self._stream.add_stream(stream))
                await self._ensure(
                    lambda: self._stream.consumer_info(STREAM, CONSUMER),
                    lambda: self._stream.add_consumer(STREAM, consumer),
                )
            except (NatsError, TimeoutError) as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise EventLogUnavailable(reason=repr(error)) from error
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    @staticmethod
    async def _ensure(look: Callable[[], Any], make: Callable[[], Any]) -> None:
        try:
            await look()
        except NotFoundError:
            await make()

    async def append(self, rows: Rows) -> Appended:
        """Publish rows; returns when a majority of the nodes has them. Raises EventLogUnavailable otherwise."""
        return await self._doorkeeper.admit(rows)

    async def settle(self) -> None:
        """Drain the stream into a local segment and finish it."""
        await asyncio.gather(*self._publishing, return_exceptions=True)
        subscription = await self._stream.pull_subscribe_bind(durable=CONSUMER, stream=STREAM)
        try:
            while messages := await self._fetch(subscription):
                await asyncio.to_thread(self._writer.write, b"".join(message.data for message in messages))
                for message in messages:
                    await message.ack()
            await self._client.flush()
        except OSError as error:
            raise EventLogUnavailable(reason=error.strerror or repr(error)) from error
        finally:
            await subscription.unsubscribe()
            await asyncio.to_thread(self._writer.close)

    async def close(self) -> None:
        """Wait for what is being published and hang up."""
        await asyncio.gather(*self._publishing, return_exceptions=True)
        await asyncio.to_thread(self._writer.close)
        await self._client.close()

    async def _fetch(self, subscription: Any) -> list[Any]:
        """The next messages; none when the cluster says that nothing is left."""
        for _ in range(int(DRAIN_SECONDS_MAX / DRAIN_WAIT_SECONDS)):
            try:
                return list(await subscription.fetch(DRAIN_MESSAGES_MAX, timeout=DRAIN_WAIT_SECONDS))
            except (NatsError, TimeoutError):
                if await self._is_drained():
                    return []
        raise EventLogUnavailable(reason="the consumer does not deliver")

    async def _is_drained(self) -> bool:
        try:
            info = await self._stream.consumer_info(STREAM, CONSUMER)
        except (NatsError, TimeoutError):
            return False
        return bool(info.num_pending == 0 and info.num_ack_pending == 0)

    def _publish(self, rows: Rows) -> "asyncio.Future[bool]":
        task = asyncio.get_running_loop().create_task(self._publish_until_stored(rows))
        self._publishing.add(task)
        task.add_done_callback(partial(_forget, self._publishing))
        return task

    async def _publish_until_stored(self, rows: Rows) -> bool:
        """Publish, again if need be; True when the cluster stored it, False when it had it from an earlier request."""
        headers = {"Nats-Msg-Id": hashlib.blake2b("\n".join(rows.keys).encode(), digest_size=16).hexdigest()}
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PUBLISH_SECONDS_MAX
        is_repeated = False
        while True:
            try:
                answer = await self._stream.publish(SUBJECT, rows.data, headers=headers, stream=STREAM)
            except (NatsError, TimeoutError) as error:
                if loop.time() > deadline:
                    raise EventLogUnavailable(reason=repr(error)) from error
                is_repeated = True
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return is_repeated or not answer.duplicate


def _forget(tasks: "set[asyncio.Task[bool]]", task: "asyncio.Task[bool]") -> None:
    tasks.discard(task)


async def _stay_calm(error: Exception) -> None:
    """The client reconnects by itself; each publish has its own deadline, so a lost node needs no shout."""
