"""Does mail reach a real mail server, and is a simulated mail told apart from a sent one?"""

import email
import email.policy
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from peakday.kernel.messages.channels import Letter, Undeliverable
from peakday.kernel.messages.channels.mail import FileMailChannel, SmtpChannel
from peakday.kernel.money import Money

LETTER = Letter(
    uuid4(), uuid4(), "shop@example.org", None, "zh", "price_risk", "跌破红线价\r\nBcc: all@example.org", "亏 5 元",
    Money(500, "CNY"), datetime(2026, 11, 11, 12, tzinfo=UTC), "https://console.example/shop/x",
    datetime(2026, 11, 11, tzinfo=UTC),
)  # fmt: skip


@contextmanager
def mail_server(refusal: str | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """A mail server of one room: its address, and the mails it took. `refusal` answers every recipient."""
    taken: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb", 0) as line:
                _speak(line, taken, refusal)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}?from=desk@peakday.example", taken
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _speak(line, taken, refusal):
    line.write(b"220 here\r\n")
    while said := line.readline():
        word = said.split()[0].upper()
        if word == b"DATA":
            line.write(b"354 go on\r\n")
            content = b""
            while (row := line.readline()) != b".\r\n":
                content += row
            taken.append(content)
        if word == b"RCPT" and refusal:
            line.write(f"{refusal}\r\n".encode())
        else:
            line.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
        if word == b"QUIT":
            return


async def test_a_letter_goes_to_the_mail_server_in_the_readers_language():
    with mail_server() as (url, taken):
        receipt = await SmtpChannel(url).deliver(LETTER)
    (content,) = taken
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert not receipt.is_simulated
    assert mail["Subject"] == "跌破红线价 Bcc: all@example.org"
    assert (mail["From"], mail["To"], mail["Bcc"]) == ("desk@peakday.example", "shop@example.org", None)
    assert mail["Message-ID"] == f"<{LETTER.delivery_id}@peakday>"
    assert mail.get_content().splitlines()[:2] == ["亏 5 元", "涉及金额 ¥5.00"]
    assert "https://console.example/shop/x" in mail.get_content()


async def test_a_mailbox_that_does_not_exist_is_not_tried_again():
    with mail_server("550 no such mailbox") as (url, taken), pytest.raises(Undeliverable, match="no such mailbox"):
        await SmtpChannel(url).deliver(LETTER)
    assert taken == []


async def test_a_busy_mail_server_is_tried_again():
    with mail_server("451 later") as (url, taken), pytest.raises(smtplib.SMTPRecipientsRefused):
        await SmtpChannel(url).deliver(LETTER)
    assert taken == []


async def test_a_password_does_not_cross_an_open_line():
    with mail_server() as (url, taken), pytest.raises(smtplib.SMTPNotSupportedError):
        await SmtpChannel(url.replace("smtp://", "smtp://user:secret@")).deliver(LETTER)
    assert taken == []


async def test_without_a_server_the_mail_is_a_file_that_says_it_was_not_sent(tmp_path):
    channel = FileMailChannel(tmp_path / "mail")
    receipt = await channel.deliver(replace(LETTER, language="en", body="Loses 5 yuan"))
    await channel.deliver(LETTER)
    (file,) = (tmp_path / "mail").iterdir()
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert receipt.is_simulated
    assert receipt.detail == file.name
    assert mail["Subject"].startswith("[模拟 simulated] ")
    assert mail["X-Peakday-Simulated"] == "yes"
    assert "it was not sent" in mail.get_content()
