"""An assistant that says what a script tells it, cites real approved text, and records like the real one."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta

from assistant.pipeline import new_id
from assistant.records import Interaction, Release
from assistant.turn.record import prepare
from assistant.types import (
    Answer,
    Citation,
    Clarify,
    Decline,
    DocumentLink,
    Emergency,
    HandOff,
    ListBlock,
    Notice,
    Piece,
    Reply,
    SafetyInformation,
    SafetyIntake,
    SafetyKind,
    Screening,
    Statement,
    TableBlock,
    TableRow,
)
from knowledge.types import Partition, UnitKind

STAGES = ("screened", "understood", "retrieved", "composed", "verified", "decided", "recorded")


class ScriptedAssistant:
    """Replies by the first word of the question; `gate` lets a test hold a turn, `fails` makes it fail."""

    def __init__(self, services):
        self.services = services
        self.screens = ()
        self.gate = threading.Event()
        self.gate.set()
        self.fails = None
        self.taken = []

    def take_turn(self, question, on_stage=None):
        tell = on_stage or (lambda _stage: None)
        tell(STAGES[0])
        assert self.gate.wait(timeout=20)
        if self.fails is not None:
            raise self.fails
        for stage in STAGES[1:-1]:
            tell(stage)
        first = not self.services.ledger.conversation(question.conversation_id)
        interaction = Interaction(
            interaction_id=new_id("turn"),
            question=question.model_copy(update={"text": question.text.replace("Jane Roe", "[person]")}),
            screening=Screening(redacted=question.text.replace("Jane Roe", "[person]")),
            understanding=None,
            reply=self._reply(question, first=first),
            release=Release(software="0", commit="unknown", policy="us@1", index="release_1"),
            finished_at=self.services.clock.now() + timedelta(milliseconds=9),
        )
        record = prepare(interaction, question.text, signals=(), new_id=new_id)
        self.services.ledger.record(record)
        self.taken.append(record.interaction)
        tell(STAGES[-1])
        return record.interaction

    def _reply(self, question, *, first):
        makers = {
            "table": [self._answer_table],
            "handoff": [hand_off],
            "safety": [safety],
            "split": [safety, self._answer, hand_off],
            "clarify": [lambda q: Clarify(text="Which product do you mean?", choices=("Nelvoris",))],
            "decline": [lambda q: Decline(reason="misuse", text="I can't help with that.")],
            "emergency": [lambda q: Emergency(text="If someone is in danger now, call 911.")],
        }
        made = makers.get(question.text.split()[0].lower(), [self._answer])
        policy = self.services.policies[question.scope.market]
        notices = [Notice(kind="ai", text=policy.texts.ai_notice)] if first else []
        if "Jane Roe" in question.text:
            notices.append(Notice(kind="personal_data", text=policy.texts.personal_data_notice))
        return Reply(outcomes=tuple(make(question) for make in made), notices=tuple(notices))

    def _label(self, question):
        scope = question.scope
        names = self.services.knowledge.products(scope.market, scope.audience, question.asked_at)
        product = scope.product or names[0].product
        partition = Partition(product=product, market=scope.market, audience=scope.audience)
        return self.services.knowledge.effective(partition, question.asked_at)[0]

    def _answer(self, question):
        approved = self._label(question)
        document = approved.document
        dosage = [u for u in document.units if document.sections[u.section].field != "boxed_warning"]
        said = next(u for u in dosage if u.kind is UnitKind.SENTENCE and "mg once" in document.text[u.start : u.end])
        items = [u for u in dosage if u.kind is UnitKind.LIST_ITEM][:3]
        cited = Cited(approved)
        blocks = (
            Statement(pieces=(cited.piece(said),)),
            ListBlock(heading=document.sections[items[0].section].heading, items=tuple(map(cited.piece, items))),
        )
        return self._of(approved, cited, blocks)

    def _answer_table(self, question):
        approved = self._label(question)
        document, table, cited = approved.document, approved.document.tables[0], Cited(approved)
        units = [u for u in document.units if u.table == table.index][:3]
        shown = [table.rows[u.row] for u in units]
        width = max(c.column + c.columns for row in (*table.header, *shown) for c in row.cells)
        block = TableBlock(
            caption=cited.piece(table.caption),
            header=tuple(cells_of(document, row, width) for row in table.header),
            rows=tuple(
                TableRow(cells=cells_of(document, row, width), citation=cited.piece(unit).citation)
                for row, unit in zip(shown, units, strict=True)
            ),
            footnotes=tuple(map(cited.piece, table.footnotes)),
        )
        return self._of(approved, cited, (block,))

    def _of(self, approved, cited, blocks):
        document = approved.document
        boxed = [u for u in document.units if document.sections[u.section].field == "boxed_warning"]
        pieces = tuple(map(cited.piece, boxed))
        information = SafetyInformation(is_boxed=bool(boxed), pieces=pieces or (cited.piece(document.units[0]),))
        return Answer(
            names=document.names,
            blocks=blocks,
            safety_information=information,
            citations=tuple(cited.made),
            label=DocumentLink(
                document_id=document.document_id,
                version=document.version,
                title=document.title,
                effective_on=document.effective_on,
            ),
            confidence=0.9,
        )


class Cited:
    """Citations into one document."""

    def __init__(self, approved):
        self.approved = approved
        self.made = []

    def piece(self, span):
        document = self.approved.document
        quote = document.text[span.start : span.end]
        around = [s for s in document.sections if s.start <= span.start < s.end]
        self.made.append(
            Citation(
                document_id=document.document_id,
                version=document.version,
                sha256=hashlib.sha256(document.text.encode()).hexdigest(),
                approval_id=self.approved.approval.approval_id,
                title=document.title,
                section=" > ".join(around[-1].path),
                start=span.start,
                end=span.end,
                quote=quote,
                shown=quote,
            )
        )
        return Piece(text=quote, citation=len(self.made) - 1)


def cells_of(document, row, width):
    texts = [""] * width
    for cell in row.cells:
        texts[cell.column : cell.column + cell.columns] = [document.text[cell.start : cell.end]] * cell.columns
    return tuple(texts)


def hand_off(question):
    text = f"{question.text}: I can't discuss this here. I can send your question to our medical team."
    return HandOff(reason="off_label", topic=question.text, text=text, case_id=new_id("case"))


def safety(question):
    case_id = new_id("case")
    return SafetyIntake(
        safety_kinds=(SafetyKind.ADVERSE_EVENT,),
        text=f"Thank you: what you told us has been passed to drug safety (reference {case_id}).",
        follow_up="One thing would help: the patient's age or sex, if you can share it.",
        case_id=case_id,
        received_at=question.asked_at,
    )
