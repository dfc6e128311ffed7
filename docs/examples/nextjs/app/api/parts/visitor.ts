/** Who it is. Ask your own sessions here: whoever may create may store a file. */

import { randomUUID } from "node:crypto";
import { cookies } from "next/headers";
import { Refused } from "./answers";

const VISITOR = "visitor";

export async function userOf(): Promise<string> {
  const visitor = (await cookies()).get(VISITOR)?.value;
  if (!visitor) throw new Refused(401, "unknown_visitor");
  return visitor;
}

/** In place of a login, so that the example runs. */
export async function userOrNew(): Promise<string> {
  const jar = await cookies();
  const visitor = jar.get(VISITOR)?.value ?? randomUUID();
  jar.set(VISITOR, visitor, { httpOnly: true, sameSite: "lax" });
  return visitor;
}
