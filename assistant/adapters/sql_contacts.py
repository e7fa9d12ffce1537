"""How HCPs agreed to be reached, in SQL, encrypted like the vault; giving and taking it back are audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select

from assistant.adapters.engine import reading, writing
from assistant.adapters.sql_writes import ChainWriter
from assistant.adapters.tables import contacts
from assistant.adapters.vault import Vault
from assistant.errors import NotFound
from assistant.outgoing import Contact
from assistant.records import VaultEntry


class SqlContacts:
    """Contacts by conversation (port `Contacts`)."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def agree(self, contact: Contact, actor: str) -> None:
        """Keep a contact; it replaces the one before."""
        name = _reference(contact.conversation_id)
        sealed = self._vault.seal(
            VaultEntry(
                reference=name,
                case_id=contact.conversation_id,
                text=contact.model_dump_json(),
                received_at=contact.agreed_at,
            )
        )
        with writing(self._engine) as connection:
            chain = ChainWriter(connection)
            chain.add(contact.agreed_at, actor, "contact.agreed", name, sealed)
            connection.execute(delete(contacts).where(contacts.c.conversation_id == contact.conversation_id))
            connection.execute(
                insert(contacts).values(
                    conversation_id=contact.conversation_id,
                    key_id=self._vault.key_id,
                    sealed=sealed,
                    agreed_at=contact.agreed_at,
                )
            )
            chain.close()

    def withdraw(self, conversation_id: str, actor: str, at: datetime) -> None:
        """Forget a contact. Raises NotFound."""
        with writing(self._engine) as connection:
            chain = ChainWriter(connection)
            gone = connection.execute(delete(contacts).where(contacts.c.conversation_id == conversation_id))
            if gone.rowcount == 0:
                raise NotFound("No contact was agreed to in this conversation.")
            chain.add(at, actor, "contact.withdrawn", _reference(conversation_id), b"")
            chain.close()

    def of(self, conversation_id: str) -> Contact | None:
        """The contact agreed to, if there is one now."""
        chosen = select(contacts.c.key_id, contacts.c.sealed).where(contacts.c.conversation_id == conversation_id)
        with reading(self._engine) as connection:
            row = connection.execute(chosen).one_or_none()
        if row is None:
            return None
        entry = self._vault.unseal(_reference(conversation_id), row.sealed, row.key_id)
        return Contact.model_validate_json(entry.text)


def _reference(conversation_id: str) -> str:
    return f"contact_{conversation_id}"
