/** How the routes of parts answer, and how they refuse. Nothing of the store's own words is passed on. */

export class Refused extends Error {
  constructor(readonly status: number, readonly code: string) {
    super(code);
  }
}

export async function answered(answer: () => Promise<object>): Promise<Response> {
  try {
    return Response.json(await answer());
  } catch (error) {
    if (error instanceof Refused) return Response.json({ code: error.code }, { status: error.status });
    if (isGone(error)) return Response.json({ code: "no_such_upload" }, { status: 404 });
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return Response.json({ code: "invalid_request" }, { status: 400 });
    }
    return Response.json({ code: "storage_refused" }, { status: 502 });
  }
}

/** Storage knows the upload no more. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && error.name === "NoSuchUpload";
}

/** A whole number from 1 to the most. */
export function whole(value: unknown, most: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > most) {
    throw new Refused(422, "invalid_number");
  }
  return value as number;
}
