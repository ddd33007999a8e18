"""`s1ecs search`."""

from typing import Annotated

import typer

from s1ecs.cli.app import app
from s1ecs.cli.options import JsonArrayOption, moment_of_option, settings_of, stored_stream_names, stored_streams


@app.command()
def search(
    context: typer.Context,
    question: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS",
            help='Words that a document must have. "a phrase", the beginning of a word (power*), a field (host:ws-*), '
            "alternatives (a OR b) and words that it must not have (NOT a) work, too.",
        ),
    ],
    *,
    stream: Annotated[
        list[str] | None,
        typer.Option(
            "--stream",
            metavar="STREAM",
            help="Search this stream only. Default: all.",
            autocompletion=stored_stream_names,
        ),
    ] = None,
    since: Annotated[
        str, typer.Option("--from", metavar="TIME", help="Documents from this time on, such as -7d or 2026-01-31.")
    ] = "",
    until: Annotated[str, typer.Option("--to", metavar="TIME", help="Documents before this time.")] = "",
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="Print at most so many documents.")] = 20,
    newest: Annotated[bool, typer.Option("--newest", help="Print the newest first instead of the best.")] = False,
    json: JsonArrayOption = False,
) -> None:
    """Search the local store for words: names, paths, command lines, hashes, addresses, users, rules, CVEs.

    Fields: host, user, address, hash, path, command, name, text.

    Example: s1ecs search "powershell encodedcommand" --stream alert --from -7d

    Example: s1ecs search "host:ws-* command:rundll32"
    """
    from s1ecs.bootstrap.store_folder import store_folder
    from s1ecs.commands.search import search_store
    from s1ecs.outputs.store.search import SearchRange
    from s1ecs.timestamps import time_text

    bounds = [
        time_text(moment_of_option(text, flag)) if text else None for flag, text in (("--from", since), ("--to", until))
    ]
    search_store(
        store_folder(settings_of(context), "search"),
        " ".join(question),
        stored_streams(stream or []),
        SearchRange(*bounds),
        limit=limit,
        newest=newest,
        json=json,
    )
