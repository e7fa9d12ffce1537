"""Mail by SMTP. The caller learns the one moment after which nobody can know whether a mail arrived."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from assistant.config import MailSettings
from assistant.errors import MailUncertain, PermanentError, SettingsError, TransientError
from assistant.outgoing import Mail
from assistant.ports import Clock

_GO_ON, _ACCEPTED = 354, 250
_FOR_GOOD = 500  # replies from here on will be the same next time (RFC 5321, 4.2.1)


class SmtpMailer:
    """Sends one mail a connection (port `Mailer`)."""

    def __init__(self, settings: MailSettings, clock: Clock) -> None:
        """Raises SettingsError when there is a password to be sent without encryption."""
        if settings.username and settings.security == "none" and not _is_local(settings.host):
            raise SettingsError(
                f"mail.security is none, and {settings.host} would get the password in the clear. "
                "Set HCP_MAIL__SECURITY to starttls or tls."
            )
        self._settings = settings
        self._clock = clock

    def send(self, mail: Mail, on_text: Callable[[], None]) -> None:
        """Send one mail. `on_text` is called once the server waits for the text, right before it is sent.

        Raises TransientError or PermanentError when the server surely did not take it, MailUncertain when the
        connection ended after the text began. What `on_text` raises stops the sending and is passed on.
        """
        text = self._written(mail)
        with self._connected() as smtp:
            _ask(smtp, "MAIL", f"FROM:<{self._settings.sender}>")
            _ask(smtp, "RCPT", f"TO:<{mail.to}>")
            _ask(smtp, "DATA", "", expected=_GO_ON)
            on_text()
            code, said = _give(smtp, text)
        if code != _ACCEPTED:
            raise _refused(code, said)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection ready for a mail; trouble in getting there may pass, a wrong password too."""
        settings = self._settings
        try:
            smtp = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise TransientError(
                f"The mail server {settings.host}:{settings.port} cannot be used ({type(error).__name__}: {error})."
            ) from error
        try:
            yield smtp
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        smtp: smtplib.SMTP
        if settings.security == "tls":
            smtp = smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_seconds, context=context)
        else:
            smtp = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
        try:
            smtp.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                smtp.starttls(context=context)
            if settings.username:
                smtp.login(settings.username, settings.password.get_secret_value())
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _written(self, mail: Mail) -> bytes:
        """The mail as it travels: 7-bit, CRLF, dots doubled at the start of a line, ended by a dot (RFC 5321)."""
        if not mail.to.isascii():
            raise PermanentError("A mail address with other than ASCII characters cannot be used here.")
        made = EmailMessage(policy=SMTP)
        made["From"] = self._settings.sender
        made["To"] = mail.to
        made["Subject"] = mail.subject
        made["Date"] = format_datetime(self._clock.now())
        made["Message-ID"] = mail.message_id
        made["Auto-Submitted"] = "auto-generated"  # no out-of-office replies to a machine (RFC 3834)
        made.set_content(mail.text, cte="quoted-printable")
        return re.sub(rb"(?m)^\.", b"..", made.as_bytes().rstrip(b"\r\n")) + b"\r\n.\r\n"


def _is_local(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}


def _ask(smtp: smtplib.SMTP, command: str, rest: str, expected: int = _ACCEPTED) -> None:
    """One step before the text. Raises TransientError, PermanentError."""
    try:
        code, said = smtp.docmd(command, rest)
    except (OSError, smtplib.SMTPException) as error:
        raise TransientError(f"The mail server broke off at {command} ({type(error).__name__}).") from error
    if code != expected:
        raise _refused(code, said)


def _give(smtp: smtplib.SMTP, text: bytes) -> tuple[int, bytes]:
    try:
        smtp.send(text)
        return smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise MailUncertain(f"The mail server broke off after the text ({type(error).__name__}).") from error


def _refused(code: int, said: bytes) -> TransientError | PermanentError:
    words = f"The mail server answered {code} {said.decode('utf-8', 'replace')[:200]}"
    return PermanentError(words) if code >= _FOR_GOOD else TransientError(words)
