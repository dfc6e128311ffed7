// Signs POSTs as vendors' libraries do. Standard input: a JSON list of what to sign; standard output: URL and fields of
// each, in JSON. NODE_PATH names the folder with the packages.
const { S3Client } = require("@aws-sdk/client-s3");
const { createPresignedPost } = require("@aws-sdk/s3-presigned-post");
const { Storage } = require("@google-cloud/storage");

const sign = {
  async aws({ endpoint, accessKey, secretKey, bucket, key, conditions, fields, seconds }) {
    const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
    const client = new S3Client({ region: "us-east-1", endpoint, forcePathStyle: true, credentials });
    return createPresignedPost(client, {
      Bucket: bucket, Key: key, Conditions: conditions, Fields: fields, Expires: seconds,
    });
  },
  async google4({ endpoint, email, privateKey, bucket, key, conditions, fields, seconds }) {
    const expires = Date.now() + seconds * 1000;
    const [post] = await object(email, privateKey, bucket, key).generateSignedPostPolicyV4({ expires, conditions, fields });
    return { ...post, url: `${endpoint}/${bucket}` };
  },
  // This one returns the policy; the fields are its caller's work.
  async google2({ endpoint, email, privateKey, bucket, key, range, seconds }) {
    const expires = Date.now() + seconds * 1000;
    const [post] = await object(email, privateKey, bucket, key).generateSignedPostPolicyV2({
      expires, contentLengthRange: { min: range[0], max: range[1] },
    });
    const fields = { key, GoogleAccessId: email, policy: post.base64, signature: post.signature };
    return { url: `${endpoint}/${bucket}`, fields };
  },
};

const object = (email, privateKey, bucket, key) =>
  new Storage({ projectId: "p", credentials: { client_email: email, private_key: privateKey } })
    .bucket(bucket).file(key);

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", async () => {
  const wanted = JSON.parse(Buffer.concat(chunks).toString());
  process.stdout.write(JSON.stringify(await Promise.all(wanted.map((each) => sign[each.kind](each)))));
});
