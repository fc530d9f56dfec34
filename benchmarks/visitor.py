"""A person at the app without a browser: what Streamlit's own page says and hears over its WebSocket, and nothing else.

Elements are known by the place that Streamlit gives them; widgets by the key of the app's code, which is the end of their id.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import websockets.asyncio.client
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

FINISHED = "script_finished"
LARGEST_MESSAGE = 60_000_000
PATIENCE_SECONDS = 30.0


class TookTooLong(RuntimeError):
    """What was waited for did not come; its text is what the page showed instead."""


@dataclass
class Shown:
    """An element on the page. kind: Streamlit's name for it; fragment: the part of the page that it is drawn with; at: when it came, by
    `time.perf_counter`."""

    kind: str
    content: Any
    fragment: str
    at: float


@dataclass
class Visitor:
    """One open page. Use as `async with Visitor(port, "practice") as visitor`."""

    port: int
    page: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en-GB"
    cookies: str = ""
    shown: dict[tuple[int, ...], Shown] = field(default_factory=dict)
    runs: int = 0
    """How often the page was drawn to its end, as a whole or in part."""

    def __post_init__(self) -> None:
        self._states: dict[str, WidgetState] = {}
        self._cache: dict[str, ForwardMsg] = {}
        self._hash = ""
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        host = f"127.0.0.1:{self.port}"
        self._socket = await websockets.asyncio.client.connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            origin=websockets.Origin(f"http://{host}"),
            additional_headers={"Cookie": self.cookies} if self.cookies else None,
            max_size=LARGEST_MESSAGE,
            compression=None,
            proxy=None,
        )
        self._listening = asyncio.create_task(self._listen())
        await self._say(self.page)
        await self.until(lambda page: page.runs > 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        await self._socket.close()

    # ------------------------------------------------------------ what is on the page
    def texts(self) -> Iterator[str]:
        """All text on the page, in its order."""
        for _, element in sorted(self.shown.items()):
            for name in ("body", "label"):
                text = getattr(element.content, name, "")
                if isinstance(text, str) and text:
                    yield text

    def says(self, text: str, since: float = 0.0) -> bool:
        """Whether a text on the page, drawn after a moment of `time.perf_counter`, holds this one."""
        return any(text in getattr(each.content, "body", "") for each in self.shown.values() if each.at > since)

    def widget(self, key: str) -> Shown | None:
        """The widget of this key, if it is on the page and can be used."""
        for element in self.shown.values():
            name = getattr(element.content, "id", "")
            if name.startswith("$$") and name.endswith(f"-{key}") and not getattr(element.content, "disabled", False):
                return element
        return None

    def widgets(self, beginning: str) -> list[str]:
        """The keys of all widgets that begin so, in the page's order."""
        found = []
        for _, element in sorted(self.shown.items()):
            name = getattr(element.content, "id", "")
            key = name.split("-", 2)[-1] if name.startswith("$$") else ""
            if key.startswith(beginning) and not getattr(element.content, "disabled", False):
                found.append(key)
        return found

    # ------------------------------------------------------------ what a person does
    async def press(self, key: str) -> None:
        """Press the button of this key. LookupError where there is none."""
        button = self._found(key)
        await self._say(self.page, WidgetState(id=button.content.id, trigger_value=True), fragment=button.fragment)

    async def choose(self, key: str, **value: Any) -> None:
        """Give the widget of this key a value, under the name that its kind has in WidgetState, such as string_value."""
        widget = self._found(key)
        state = WidgetState(id=widget.content.id, **value)
        self._states[state.id] = state
        await self._say(self.page, fragment=widget.fragment)

    async def draw(self) -> None:
        """Have the whole page drawn anew."""
        await self._say(self.page)

    async def until(self, is_so: Callable[["Visitor"], bool], seconds: float = PATIENCE_SECONDS) -> float:
        """Wait until something is so; returns the seconds that it took. Raises TookTooLong."""
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: is_so(self) or self._listening.done())
        except TimeoutError:
            raise TookTooLong(f"after {seconds:g} s the page shows: {list(self.texts())}") from None
        if not is_so(self):
            raise TookTooLong(f"the connection ended; the page shows: {list(self.texts())}")
        return time.perf_counter() - begun

    def _found(self, key: str) -> Shown:
        widget = self.widget(key)
        if widget is None:
            raise LookupError(f"no widget {key} on the page; it shows {list(self.texts())}")
        return widget

    # ------------------------------------------------------------ how it is said
    async def _say(self, page: str, *triggers: WidgetState, fragment: str = "", by_itself: bool = False) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.page_name = "" if self._hash else page
        state.page_script_hash = self._hash
        state.query_string = urlencode(self.query)
        state.fragment_id = fragment
        state.is_auto_rerun = by_itself
        state.widget_states.widgets.extend([*self._states.values(), *triggers])
        state.cached_message_hashes.extend(self._cache)
        state.context_info.timezone = "Asia/Shanghai"
        state.context_info.locale = self.locale
        state.context_info.url = f"http://127.0.0.1:{self.port}/{page}"
        state.context_info.color_scheme = "light"
        await self._socket.send(message.SerializeToString())

    async def _listen(self) -> None:
        timers: dict[str, asyncio.Task[None]] = {}
        drawn: set[tuple[int, ...]] = set()
        partial: set[str] = set()
        try:
            async for data in self._socket:
                message = ForwardMsg()
                message.ParseFromString(data if isinstance(data, bytes) else data.encode())
                if message.ref_hash:
                    kept = ForwardMsg()
                    kept.CopyFrom(self._cache[message.ref_hash])
                    kept.metadata.CopyFrom(message.metadata)
                    message = kept
                elif message.metadata.cacheable:
                    self._cache[message.hash] = message
                kind = message.WhichOneof("type")
                if kind == "navigation":
                    self._hash = message.navigation.page_script_hash
                elif kind == "new_session":
                    self._hash = message.new_session.page_script_hash or self._hash
                    partial = set(message.metadata.run.fragment_ids)
                    drawn.clear()
                    if not partial:
                        for timer in timers.values():
                            timer.cancel()
                        timers.clear()
                elif kind == "delta":
                    path = tuple(message.metadata.delta_path)
                    self._draw(path, message.delta)
                    drawn.add(path)
                elif kind == "auto_rerun":
                    again = message.auto_rerun
                    before = timers.pop(again.fragment_id, None)
                    if before is not None:
                        before.cancel()
                    timers[again.fragment_id] = asyncio.create_task(self._again(again.fragment_id, again.interval))
                elif kind == FINISHED:
                    if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        self.shown = {
                            path: element
                            for path, element in self.shown.items()
                            if path in drawn or (partial and element.fragment not in partial)
                        }
                    self.runs += 1
                async with self._changed:
                    self._changed.notify_all()
        except websockets.ConnectionClosed:
            pass
        finally:
            for timer in timers.values():
                timer.cancel()
            async with self._changed:
                self._changed.notify_all()

    async def _again(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._say(self.page, fragment=fragment, by_itself=True)

    def _draw(self, path: tuple[int, ...], delta: Any) -> None:
        if delta.WhichOneof("type") == "new_element":
            kind = delta.new_element.WhichOneof("type")
            if kind is not None:
                self.shown[path] = Shown(kind, getattr(delta.new_element, kind), delta.fragment_id, time.perf_counter())
        elif delta.WhichOneof("type") == "add_block":
            for inside in [each for each in self.shown if each[: len(path)] == path and len(each) > len(path)]:
                del self.shown[inside]
