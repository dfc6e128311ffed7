/** Who it is. Ask your own sessions here: whoever may create may store a file. */

import { createHash, randomUUID } from "node:crypto";
import { cookies } from "next/headers";
import { Refused } from "./answers";

const VISITOR = "visitor";
/** A browser remembers an unfinished upload after its end, and the token is of use to this visitor alone. */
const VISITOR_SECONDS = 7 * 24 * 3600;

export async function userOf(): Promise<string> {
  const visitor = (await cookies()).get(VISITOR)?.value;
  if (!visitor) throw new Refused(401, "unknown_visitor");
  return namedAfter(visitor);
}

/** A name for keys and tokens, which others may see; the cookie itself is a secret, and may be any text. */
function namedAfter(visitor: string): string {
  return createHash("sha256").update(visitor).digest("hex").slice(0, 32);
}

/** In place of a login, so that the example runs. */
export async function userOrNew(): Promise<string> {
  const jar = await cookies();
  const visitor = jar.get(VISITOR)?.value ?? randomUUID();
  jar.set(VISITOR, visitor, { httpOnly: true, sameSite: "lax", maxAge: VISITOR_SECONDS });
  return namedAfter(visitor);
}
