/** An OpenID provider on this machine, for the tests: `node provider.mjs '{"port": 0, "key": "a", …}'`.
 *
 * It issues JWT access tokens (RFC 9068) to one client, for any resource that is asked for. Members: `port`; `key`, the
 * id of its only signing key, made anew; `algorithm`; `clockSeconds`, how far its clock is wrong; `ttlSeconds`.
 * Prints one line of JSON with its `issuer` once it listens.
 */
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { port, key, algorithm, clockSeconds, ttlSeconds } = JSON.parse(process.argv[2]);
const kinds = {
  RS256: ["rsa", { modulusLength: 2048 }],
  PS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};

const now = Date.now;
Date.now = () => now() + clockSeconds * 1000;

// By way of PEM: Node 20.20 can stand still for good while it exports a key that it has just made.
const [kind, wanted] = kinds[algorithm];
const made = generateKeyPairSync(kind, {
  ...wanted,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const privateKey = createPrivateKey(made.privateKey).export({ format: "jwk" });
const jwk = { ...privateKey, kid: key, alg: algorithm, use: "sig" };

const server = createServer();
server.listen(port, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    clients: [{
      client_id: "app", client_secret: "secret", grant_types: ["client_credentials"],
      redirect_uris: [], response_types: [], token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: algorithm,
    }],
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          audience: resource, scope: "uploads:write uploads:read", accessTokenTTL: ttlSeconds,
          accessTokenFormat: "jwt", jwt: { sign: { alg: algorithm } },
        }),
      },
    },
  });
  server.on("request", provider.callback());
  console.log(JSON.stringify({ issuer }));
});
