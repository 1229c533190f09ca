"""What is being done, shown while it is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from symrnn.lecture.progress import Progress as Listener


@contextmanager
def progress_bar() -> Iterator[Listener]:
    """A progress bar on standard error; nothing where that is not a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # Drawn when there is news, not by a thread: with a second thread no process may be forked.
    with Progress(
        *columns,
        console=console,
        transient=True,
        auto_refresh=False,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("starting", total=None)

        def listen(what: str, done: int, of: int, /) -> None:
            bar.update(task, description=what.replace("_", " "), completed=done, total=of or None)
            bar.refresh()

        yield listen
