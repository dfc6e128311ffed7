#!/usr/bin/env bash
# A provider adds a key of another kind to its JSON Web Key Set, and tokens that are signed with the old key are refused.
#
# One would expect: a key that a library cannot use is left out, and the others are used. RFC 7517 section 5:
#   "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" (key type) values that are not understood by them
#   [...] or for which values are out of the supported ranges." Of "use" section 4.2 says: "Other values MAY be used."
# What happens: with the other key in front of the RSA key, and a token whose `kid` is that of the RSA key, python-jose
#   refuses it as soon as the other key is no RSA key, also for an ordinary EC key: it looks at no `kid`. With the RSA key in
#   front all is well, so it depends on the order of the keys. Authlib fails on an unknown "kty" (AKP, that of ML-DSA keys),
#   joserfc on an unknown "crv" and on a "use" of its own (for "kty" it is mended). PyJWT and jwcrypto verify the token with
#   each of the sets.
# Versions: python-jose 3.5.0, Authlib 1.9.10, joserfc 1.8.0, PyJWT 2.15.1, jwcrypto 1.6.1
# Source: this script; www.rfc-editor.org/rfc/rfc7517; python-jose 3.5.0, jose/jws.py line 212 (made outside of `try`);
#   Authlib 1.9.10, authlib/jose/rfc7517/jwk.py line 55; joserfc 1.8.0, joserfc/_keys.py lines 173 to 180 (one exception of
#   several is caught) and joserfc/registry.py line 144
# Why it matters: whoever takes uploads with the tokens of an identity provider refuses all of its users, with 401 and not
#   with a word about keys, from the minute in which the provider publishes a second kind of key, as one does before a
#   rotation.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet \
  python-jose==3.5.0 Authlib==1.9.10 joserfc==1.8.0 PyJWT==2.15.1 jwcrypto==1.6.1 cryptography==50.0.2

cat > "$folder/see.py" <<'PY'
import json
import sys
import time
import warnings
from importlib.metadata import version

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

warnings.simplefilter("ignore")
private = rsa.generate_private_key(65537, 2048)
KEY = {"kid": "good", "use": "sig", "alg": "RS256"}
for name in ("kty", "n", "e"):
    KEY[name] = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)[name]
EC = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
TOKEN = jwt.encode({"sub": "me", "exp": int(time.time()) + 600}, private, "RS256", headers={"kid": "good"})
SETS = {
    "one RSA key": [KEY],
    "an EC key behind it": [KEY, {**EC, "kid": "other"}],
    "an EC key in front": [{**EC, "kid": "other"}, KEY],
    "kty AKP in front": [{"kty": "AKP", "kid": "other", "alg": "ML-DSA-44", "pub": "eHh4"}, KEY],
    "an unknown crv in front": [{**EC, "kid": "other", "crv": "BP-256"}, KEY],
    "a use of its own in front": [{**KEY, "kid": "other", "use": "wallet"}, KEY],
}


def python_jose(keys):
    from jose import jwt as jose

    return jose.decode(TOKEN, keys, algorithms=["RS256"])


def authlib(keys):
    from authlib.jose import JsonWebKey
    from authlib.jose import jwt as jose

    return jose.decode(TOKEN, JsonWebKey.import_key_set(keys))


def joserfc(keys):
    from joserfc import jwt as jose
    from joserfc.jwk import KeySet

    return jose.decode(TOKEN, KeySet.import_key_set(keys)).claims


def pyjwt(keys):
    return jwt.decode(TOKEN, jwt.PyJWKSet.from_dict(keys)["good"].key, algorithms=["RS256"])


def jwcrypto(keys):
    from jwcrypto.jwk import JWKSet
    from jwcrypto.jwt import JWT

    return json.loads(JWT(jwt=TOKEN, key=JWKSet.from_json(json.dumps(keys))).claims)


def verified(library, keys):
    """Whether the token was, and if not, with which exception."""
    try:
        return "verified" if library({"keys": [dict(key) for key in keys]})["sub"] == "me" else "other claims"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


REFUSED = {
    "python-jose": {"an EC key in front", "kty AKP in front", "an unknown crv in front"},
    "Authlib": {"kty AKP in front"},
    "joserfc": {"an unknown crv in front", "a use of its own in front"},
}
same = True
for name, library in {
    "python-jose": python_jose, "Authlib": authlib, "joserfc": joserfc, "PyJWT": pyjwt, "jwcrypto": jwcrypto,
}.items():
    print(name, version(name))
    for about, keys in SETS.items():
        found = verified(library, keys)
        print(f"  {about}: {found}")
        same = same and (found != "verified") == (about in REFUSED.get(name, ()))
sys.exit("this has changed" if not same else 0)
PY
"$folder/venv/bin/python" "$folder/see.py"
echo "as described"
