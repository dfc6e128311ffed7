/** Where upload-service is. */

export const dynamic = "force-dynamic"; // the environment of the server that runs, not of the build

export function GET() {
  return Response.json({ serviceUrl: process.env.UPLOAD_SERVICE_URL });
}
