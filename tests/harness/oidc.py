"""An identity provider of OpenID Connect, as far as a server asks it: keys, their set, tokens."""

import base64
import http.server
import json
import subprocess
import threading
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SigningKey:
    """An RSA key; OpenSSL holds it in a file."""

    def __init__(self, folder, name):
        self.name = name
        self.path = folder / f"{name}.pem"
        self._openssl("genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.path)

    def jwk(self):
        modulus = self._openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().split("=")[1]
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.name,
            "n": base64url(bytes.fromhex(modulus)),
            "e": base64url((65537).to_bytes(3, "big")),
        }

    def token(self, **claims):
        """A JWT signed with RS256; `iat` and `exp` are now and in five minutes, where nothing else is said."""
        now = int(time.time())
        header = {"alg": "RS256", "kid": self.name, "typ": "JWT"}
        parts = [header, {"iat": now, "exp": now + 300, **claims}]
        message = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        return f"{message}.{base64url(self._openssl('dgst', '-sha256', '-sign', self.path, data=message.encode()))}"

    @staticmethod
    def _openssl(*arguments, data=None):
        return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True).stdout


class KeyServer:
    """Serves a key set over HTTP, and counts how often it was asked."""

    def __init__(self, keys):
        self.keys = keys
        self.asked = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked += 1
                body = key_set(outer.keys)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def key_set(keys):
    return json.dumps({"keys": [key.jwk() for key in keys]}).encode()
