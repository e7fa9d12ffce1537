"""`hcp audit`: check the chain, or take it away as a file that can be checked without the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, NoReturn, Protocol

import typer
from pydantic import ValidationError

from assistant.audit import Head, head_of, verify
from assistant.errors import AssistantError
from assistant.records import AuditEntry

app = typer.Typer(no_args_is_help=True, help="The hash-chained record of everything that was written.")

_PAGE = 1000
_NO_END = 2**31 - 1  # the highest sequence a column holds


class AuditedRecord(Protocol):
    """What checking needs of the ledger: its entries, its head, and the hashes of what is stored now."""

    def audit(self, after: int = 0, limit: int = 1000) -> tuple[AuditEntry, ...]:
        """Audit entries in order, from the one after `after`."""
        ...

    def audit_head(self) -> Head:
        """The end of the chain as the last writer left it."""
        ...

    def stored_sha256(self, first: int, last: int) -> Mapping[int, str]:
        """Audit sequence → sha256 of the content stored under it now."""
        ...


@app.command("verify")
def verify_chain(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Option(help="Check this export instead of the database.")] = None,
    head: Annotated[str | None, typer.Option(help="SEQUENCE:HASH noted earlier; finds a chain cut off since.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check that nothing was changed, removed, reordered or cut off. Exit 1 when something was.

    Note the head it prints somewhere else, and give it with --head the next time: a chain that was
    rewritten from its end cannot be told from a sound one without it.
    """
    noted = _parse_head(head)
    try:
        entries = _read_file(file) if file is not None else _read_all(_record(ctx))
        problems = verify(entries, noted)
        if file is None:
            problems += _problems_of_record(_record(ctx), entries)
    except AssistantError as error:
        _fail(str(error), 1)
    _report(entries, problems, as_json=as_json)
    raise typer.Exit(1 if problems else 0)


@app.command("export")
def export_chain(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="File to write, JSON lines; one entry a line.")],
) -> None:
    """Write the whole chain to a file; `hcp audit verify --file` checks it anywhere."""
    try:
        entries = _read_all(_record(ctx))
        draft = out.with_name(f".{out.name}.part")  # a broken export must not look like a short chain
        draft.write_text("".join(f"{e.model_dump_json()}\n" for e in entries), encoding="utf-8")
        draft.replace(out)
    except AssistantError as error:
        _fail(str(error), 1)
    except OSError as error:
        _fail(f"{out} cannot be written ({error.strerror}): give another --out.", 2)
    typer.echo(f"{len(entries)} entries written to {out}; head {head_of(entries)}", err=True)


def _record(ctx: typer.Context) -> AuditedRecord:
    record: AuditedRecord = ctx.obj().ledger
    return record


def _read_all(record: AuditedRecord) -> tuple[AuditEntry, ...]:
    return tuple(_pages(record))


def _pages(record: AuditedRecord) -> Iterator[AuditEntry]:
    after = 0
    while page := record.audit(after=after, limit=_PAGE):
        yield from page
        after = page[-1].sequence


def _read_file(path: Path) -> tuple[AuditEntry, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"{path} cannot be read ({error}): give a file `hcp audit export` wrote.", 2)
    entries = []
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(AuditEntry.model_validate_json(line))
        except ValidationError:
            _fail(f"{path}, line {number} is no audit entry: give a file `hcp audit export` wrote, unchanged.", 1)
    return tuple(entries)


def _problems_of_record(record: AuditedRecord, entries: tuple[AuditEntry, ...]) -> tuple[str, ...]:
    """What the chain alone does not show: its end, and the contents it speaks of."""
    problems: list[str] = []
    last = head_of(entries).sequence
    written = max((record.audit_head().sequence, *record.stored_sha256(last + 1, _NO_END)))
    if written > last and not record.audit(after=last, limit=1):  # else: turns were recorded while we read
        problems.append(f"the chain ends at entry {last}, but {written} was written: cut off")
    for start in range(0, len(entries), _PAGE):
        page = entries[start : start + _PAGE]
        stored = record.stored_sha256(page[0].sequence, page[-1].sequence)
        problems.extend(_problem_of_content(e, stored.get(e.sequence)) for e in page if _differs(e, stored))
    return tuple(problems)


def _differs(entry: AuditEntry, stored: Mapping[int, str]) -> bool:
    return entry.action in KEEPS_CONTENT and stored.get(entry.sequence) != entry.content_sha256


def _problem_of_content(entry: AuditEntry, stored: str | None) -> str:
    what = "is gone" if stored is None else "was changed"
    return f"entry {entry.sequence}: the content of {entry.action} {entry.subject} {what}"


# Actions whose content the record keeps; others (a reading of the vault) leave only their entry.
KEEPS_CONTENT = frozenset({"turn.recorded", "case.event", "feedback.given", "vault.sealed"})


def _parse_head(text: str | None) -> Head | None:
    if text is None:
        return None
    try:
        return Head.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--head") from None


def _report(entries: tuple[AuditEntry, ...], problems: tuple[str, ...], *, as_json: bool) -> None:
    head = head_of(entries)
    if as_json:
        document = {"sound": not problems, "entries": len(entries), "head": str(head), "problems": list(problems)}
        typer.echo(json.dumps(document, indent=2))
        return
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{'Sound' if not problems else 'NOT SOUND'}: {len(entries)} entries, head {head}")


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
