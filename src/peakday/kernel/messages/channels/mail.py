"""How does a message become mail? By a mail server where one is set up, else as a file that says it was not sent.

PEAKDAY_SMTP_URL is `smtp://user:password@host:587?from=desk@example.org` (encrypted as soon as the server offers it)
or `smtps://…` (encrypted from the start). A password never crosses a line that is not encrypted.
"""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from peakday.kernel.ids import show_id
from peakday.kernel.messages.channels.letter import DELIVER_SECONDS_MAX, Letter, Receipt, Undeliverable

SENDER = "peakday@localhost"
NOWHERE = "no-address.invalid"  # the domain of who has given no address: a file may carry it, a server does not
_REFUSED_FOR_GOOD = range(500, 600)


class SmtpChannel:
    """A mail server."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def deliver(self, letter: Letter) -> Receipt:
        """Hand it to the server."""
        if letter.address.endswith(f"@{NOWHERE}"):
            raise Undeliverable("no mail address is known")
        try:
            answer = await asyncio.to_thread(self._send, letter)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, words = next(iter(refusal.recipients.values()))
            if code in _REFUSED_FOR_GOOD:
                raise Undeliverable(f"{code} {words!r}") from refusal
            raise
        except smtplib.SMTPResponseException as refusal:
            is_login = isinstance(refusal, smtplib.SMTPAuthenticationError)  # ours to set right, then it goes through
            if refusal.smtp_code in _REFUSED_FOR_GOOD and not is_login:
                raise Undeliverable(f"{refusal.smtp_code} {refusal.smtp_error!r}") from refusal
            raise
        return Receipt(answer)

    def _send(self, letter: Letter) -> str:
        where = urlsplit(self._url)
        sender = parse_qs(where.query).get("from", [SENDER])[0]
        host, encrypted = where.hostname or "localhost", ssl.create_default_context()
        if where.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, where.port or 465, timeout=DELIVER_SECONDS_MAX, context=encrypted
            )
        else:
            server = smtplib.SMTP(host, where.port or 587, timeout=DELIVER_SECONDS_MAX)
        with server:
            server.ehlo()
            is_private = where.scheme == "smtps"
            if not is_private and server.has_extn("starttls"):
                server.starttls(context=encrypted)
                is_private = True
            if where.username:
                if not is_private:
                    raise smtplib.SMTPNotSupportedError("the server offers no encryption, so the password stays here")
                server.login(unquote(where.username), unquote(where.password or ""))
            server.send_message(mail_of(letter, sender))
        return f"{host} took it"


class FileMailChannel:
    """No mail server: a file in the home folder stands for the mail, and says so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, letter: Letter) -> Receipt:
        """Write the file, whole or not at all; the same letter is the same file."""
        path = self._folder / f"{show_id('msg', letter.delivery_id)}.eml"
        await asyncio.to_thread(self._write, path, bytes(mail_of(letter, SENDER, is_simulated=True)))
        return Receipt(path.name, is_simulated=True)

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_bytes(content)
        draft.replace(path)


def mail_of(letter: Letter, sender: str, *, is_simulated: bool = False) -> EmailMessage:
    """The letter as mail; every try carries the same Message-ID."""
    mail = EmailMessage()
    label = "[模拟 simulated] " if is_simulated else ""
    mail["Subject"] = label + " ".join(letter.subject.split())
    mail["From"] = sender
    mail["To"] = letter.address
    mail["Date"] = format_datetime(letter.sent_at)
    mail["Message-ID"] = f"<{letter.delivery_id}@peakday>"
    if is_simulated:
        mail["X-Peakday-Simulated"] = "yes"
    note = "本邮件为模拟，未发送。This mail is simulated: it was not sent.\n\n" if is_simulated else ""
    mail.set_content(note + letter.text)
    if letter.attachment is not None:
        kind, _, part = letter.attachment.kind.partition("/")
        mail.add_attachment(letter.attachment.content, maintype=kind, subtype=part, filename=letter.attachment.name)
    return mail
