"""A real SMTP server on loopback that keeps what it receives. It prints its port, then one JSON line for each mail;
each line on its standard input is the answer to one coming DATA command, e.g. `451 4.3.0 try later`.

usage: sink.py [--login USER:PASSWORD] [--starttls] [--certificate FILE]
With --certificate, the certificate of --starttls is written to that file.
Knows nothing of Gatepost.
"""

import argparse
import asyncio
import base64
import datetime
import ipaddress
import json
import queue
import ssl
import sys
import tempfile

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Sink:
    def __init__(self):
        self.answers = queue.SimpleQueue()

    async def handle_DATA(self, server, session, envelope):
        try:
            answer = self.answers.get_nowait()
        except queue.Empty:
            answer = "250 kept"
        report(
            answer=answer,
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            login=session.auth_data.login.decode() if session.authenticated else None,
            encrypted=session.ssl is not None,
            data=base64.b64encode(envelope.original_content).decode(),
        )
        return answer


def report(**fields):
    print(json.dumps(fields), flush=True)


def self_signed(copy):
    """A context for TLS with a certificate that no authority has signed; it is written to the file `copy`, if there is one."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    if copy:
        with open(copy, "wb") as file:
            file.write(public)
    pem = public + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.NamedTemporaryFile() as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--login")
    options.add_argument("--starttls", action="store_true")
    options.add_argument("--certificate")
    options = options.parse_args()

    def authenticate(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and f"{data.login.decode()}:{data.password.decode()}" == options.login
        return AuthResult(success=good, auth_data=data)

    sink = Sink()
    context = self_signed(options.certificate) if options.starttls else None

    def session():
        return SMTP(
            sink,
            auth_required=options.login is not None,
            auth_require_tls=options.starttls,
            authenticator=authenticate if options.login else None,
            tls_context=context,
            require_starttls=options.starttls,
        )

    async def serve():
        server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            sink.answers.put(line.strip())

    asyncio.run(serve())


main()
