"""Answers that are computed in threads and read on the event loop, as they come into being.

It knows threads, a bounded number of them, a short queue and how a computation is told to stop. It does not know what
is computed: a job is an iterator that gives a head first and pieces of the body after it.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from outlast.errors import CallerError, UpstreamBroken, UpstreamTimeout
from outlast.gateway.ports import Headers, Patience
from outlast.omni.engine import Event, Session
from outlast.providers.local.refused import BUSY, Refused, refusal_of
from outlast.providers.script.refusal import Refusal

JSON: Headers = (("content-type", "application/json"),)


class Stopped(Exception):
    """Nobody wants the rest."""


class Stop:
    """Tells a job that nobody wants its answer; asked for on the event loop, seen in the job's thread."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._session: Session | None = None

    def ask(self) -> None:
        """Stop, at the next frame where a session is being answered."""
        self._asked.set()
        if self._session is not None:
            self._session.cancel()

    @property
    def asked(self) -> bool:
        """Nobody wants the rest."""
        return self._asked.is_set()

    def check(self) -> None:
        """Between two pieces of work. Raises ``Stopped``."""
        if self._asked.is_set():
            raise Stopped

    def events(self, session: Session) -> Iterator[Event]:
        """A session's answer, that ends when it is asked to. Raises ``Stopped``, and as ``answer`` does."""
        running = session.answer()
        self._session = session
        # Whoever asked before this line did not know the session; whoever asks after it cancels it.
        self.check()
        for event in running:
            self.check()
            yield event


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of an answer."""

    status: int
    headers: Headers


Job = Callable[[Stop], Iterator[Head | bytes]]
"""Gives a ``Head`` and then pieces; what it raises before the head becomes the answer."""


class Answer:
    """Implements ``gateway.ports.UpstreamAnswer``; filled by a thread, read on the loop that it was made on."""

    def __init__(self, target: str, patience: Patience) -> None:
        self._loop = asyncio.get_running_loop()
        self._target = target
        self._patience = patience
        self._head: Head | None = None
        self._pieces: deque[bytes] = deque()
        self._error: BaseException | None = None
        self._ended = self._closed = False
        self._news = asyncio.Event()
        self.stop = Stop()
        self.withdraw: Callable[[], object] = lambda: None
        """Takes the job out of the queue, if it still waits there."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return 0 if self._head is None else self._head.status

    @property
    def headers(self) -> Headers:
        """Every header."""
        return () if self._head is None else self._head.headers

    async def begun(self) -> None:
        """Returns when the head is there. Raises ``UpstreamTimeout``, or what the job raised that is our defect."""
        try:
            while self._head is None and self._error is None and not (self._closed or self._ended):
                await self._wait(self._patience.first_byte)
        except BaseException:
            self.close()
            raise
        if self._head is None:
            raise self._error or UpstreamBroken("the engine was stopped", target=self._target)

    async def read(self) -> bytes:
        """The rest of the body, whole."""
        rest = []
        while piece := await self.chunk():
            rest.append(piece)
        return b"".join(rest)

    async def chunk(self) -> bytes:
        """The next piece; empty at the end."""
        while not self._pieces:
            if self._closed:
                raise UpstreamBroken("the answer was closed before its end", target=self._target)
            if self._error is not None:
                raise UpstreamBroken(f"the engine broke off: {self._error}", target=self._target)
            if self._ended:
                return b""
            await self._wait(self._patience.idle)
        return self._pieces.popleft()

    def close(self) -> None:
        """Stop the computation; what was not read is lost."""
        if not self._ended or self._pieces:
            self._closed = True
            self._pieces.clear()
        self.stop.ask()
        self.withdraw()
        self._news.set()

    def leave(self) -> None:
        """The rest is not wanted; there is no connection to save, so nothing is computed for nobody."""
        self.close()

    def tell(self, news: Head | bytes | BaseException | None) -> None:
        """From the job's thread: the next piece, an error, or the end (None)."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody reads any more
            self._loop.call_soon_threadsafe(self._told, news)

    def _told(self, news: Head | bytes | BaseException | None) -> None:
        if isinstance(news, Head):
            self._head = news
        elif isinstance(news, bytes):
            if not self._closed and news:
                self._pieces.append(news)
        elif news is None:
            self._ended = True
        else:
            self._error = news
        self._news.set()

    async def _wait(self, seconds: float) -> None:
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            self.stop.ask()
            raise UpstreamTimeout(f"the engine gave nothing for {seconds:g} s", target=self._target) from None


class Pool:
    """At most ``threads`` jobs compute at a time and ``waiting`` more wait; one more is told to come back."""

    def __init__(self, *, threads: int, waiting: int, busy: Refusal = BUSY) -> None:
        self._most = threads + waiting
        self._busy = busy
        self._admitted: set[Answer] = set()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="local-engine")

    async def run(self, job: Job, *, target: str, patience: Patience) -> Answer:
        """Begin a job and wait for its head; cancelling stops it."""
        answer = Answer(target, patience)
        if len(self._admitted) >= self._most:
            _refuse(answer, self._busy)
            await answer.begun()
            return answer
        self._admitted.add(answer)
        computed = self._threads.submit(_compute, job, answer)
        answer.withdraw = computed.cancel
        done = asyncio.wrap_future(computed)
        done.add_done_callback(lambda _: self._admitted.discard(answer))
        await answer.begun()
        return answer

    def close(self) -> None:
        """Stop everything; threads end by themselves at their next frame."""
        for answer in tuple(self._admitted):
            answer.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _compute(job: Job, answer: Answer) -> None:
    begun = False
    try:
        for piece in job(answer.stop):
            begun = True
            answer.tell(piece)
    except Stopped:
        answer.tell(UpstreamBroken("the answer was closed before its end"))
    except (Refused, CallerError) as error:
        if begun:
            answer.tell(error)
        else:
            _refuse(answer, error.refusal if isinstance(error, Refused) else refusal_of(error))
    except BaseException as error:  # noqa: BLE001 - the boundary of a thread: the call has to learn of every end
        answer.tell(error)
    else:
        answer.tell(None)


def _refuse(answer: Answer, refusal: Refusal) -> None:
    wait = () if refusal.retry_after is None else (("retry-after", f"{refusal.retry_after:g}"),)
    answer.tell(Head(refusal.status, (*JSON, *wait)))
    answer.tell(refusal.body)
    answer.tell(None)
