"""Encryption of single values: AES-256-GCM with a key id, bound to the place where the value stands (T10)."""

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_LENGTH = 12


def seal(data: bytes, *, where: str) -> bytes:
    """Encrypt `data` with the newest key; `where` (such as `citizens_citizen.identity_number:<pk>`) must be the same
    to read it again, so that a copied value cannot be passed off as another row's."""
    key_id, key = next(iter(settings.IDENTITY_KEYS.items()))
    nonce = os.urandom(NONCE_LENGTH)
    box = AESGCM(base64.b64decode(key)).encrypt(nonce, data, where.encode())
    name = key_id.encode()
    return bytes([len(name)]) + name + nonce + box


def unseal(sealed: bytes, *, where: str) -> bytes:
    """The plain bytes; cryptography's InvalidTag where the value was changed or moved, KeyError for a lost key."""
    sealed = bytes(sealed)
    end_of_name = 1 + sealed[0]
    key = settings.IDENTITY_KEYS[sealed[1:end_of_name].decode()]
    nonce, box = sealed[end_of_name : end_of_name + NONCE_LENGTH], sealed[end_of_name + NONCE_LENGTH :]
    return AESGCM(base64.b64decode(key)).decrypt(nonce, box, where.encode())
