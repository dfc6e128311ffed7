/** Create, sign, list, complete, abort: what the page asks about the parts of a large file. */

import { answered, Refused, whole } from "../answers";
import { abort, complete, create, listed, sign } from "../multipart";
import { tokenOf, uploadOf, type Upload } from "../token";
import { userOf, userOrNew } from "../visitor";

const MOST_BYTES = 1024 ** 4;
const MOST_PARTS = 10_000;
const MOST_PART_BYTES = 5 * 1024 ** 3;

type Asked = Record<string, unknown>;
type Route = (upload: Upload, asked: Asked) => Promise<object>;

const ROUTES: Record<string, Route> = {
  sign: async (upload, asked) => {
    const number = whole(asked["number"], MOST_PARTS);
    // Equal parts, of which the last may be smaller, do not go beyond the file.
    const size = whole(asked["size"], Math.min(MOST_PART_BYTES, Math.floor(upload.size / number)));
    return { uploadUrl: await sign(upload, number, size) };
  },
  list: async (upload) => ({ parts: await listed(upload) }),
  complete: async (upload, { parts }) => {
    const said = (parts as Asked[]).map(({ number, etag }) => ({
      number: whole(number, MOST_PARTS),
      etag: String(etag),
    }));
    return complete(upload, said);
  },
  abort: async (upload) => {
    await abort(upload);
    return {};
  },
};

export function POST(request: Request, context: { params: Promise<{ route: string }> }) {
  return answered(async () => {
    const { route } = await context.params;
    // A form of another page cannot send this type, and so not in the user's name.
    if (!request.headers.get("content-type")?.startsWith("application/json")) throw new Refused(415, "not_json");
    const asked = (await request.json()) as Asked;
    if (route === "create") return begin(asked);
    const does = Object.hasOwn(ROUTES, route) ? ROUTES[route] : undefined;
    if (!does) throw new Refused(404, "no_such_route");
    return does(uploadOf(asked["upload"], await userOf()), asked);
  });
}

async function begin({ size, type }: Asked): Promise<object> {
  const most = whole(size, MOST_BYTES);
  const upload = await create(await userOrNew(), most, String(type || "application/octet-stream"));
  return { upload: tokenOf(upload), serviceUrl: process.env.UPLOAD_SERVICE_URL };
}
