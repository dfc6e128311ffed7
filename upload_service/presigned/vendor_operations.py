"""What a PUT's query may contain in the stores that sign in a way of their own.

Knows: for each vendor, the parameters that make something else of a PUT.
Rules: as in `signed_operation.py`. Where no page says whether names have a case, they have none here.
Must not know: hosts, the form of signatures, the clock.
"""

from upload_service.presigned.signed_operation import S3, Kind, SignedOperation

# The overrides of a response's headers, and what all relatives of S3 have, by the names in lower case.
_COMMON = frozenset(name.lower() for name in S3.forbidden)
_PART = ("partnumber", "uploadid")
_PARTS: tuple[tuple[Kind, tuple[tuple[str, str], ...]], ...] = (
    ("part", tuple((name, "(?s).+") for name in _PART)),
)

# Base64 of 1 to 64 bytes; an unescaped `+` may be read as a space.
_BASE64 = "[A-Za-z0-9+/ ]"
_BLOCK_ID = (
    rf"(?:{_BASE64}{{4}}){{1,21}}|(?:{_BASE64}{{4}}){{0,21}}{_BASE64}{{2}}=="
    rf"|(?:{_BASE64}{{4}}){{0,20}}{_BASE64}{{3}}="
)
# learn.microsoft.com/rest/api/storageservices/create-service-sas, create-account-sas, put-block and
# put-block-list. `sr`: signed for a blob, a container or a folder; snapshots and versions cannot be written.
# `ss`, `srt`: the SAS of an account must include blobs. A Data Lake's host takes the same SAS: `resource`
# makes a folder there, `action` appends (learn.microsoft.com/rest/api/storageservices/datalakestoragegen2).
AZURE = SignedOperation(
    allowed_values=(
        ("sp", "[a-z]*[cw][a-z]*"),
        ("sr", "[bcd]"),
        ("ss", "[a-z]*b[a-z]*"),
        ("srt", "[a-z]*o[a-z]*"),
    ),
    forbidden=frozenset(("action", "resource", "restype", "snapshot", "versionid")),
    kinds=(
        ("part", (("comp", "block"), ("blockid", _BLOCK_ID))),
        ("block list", (("comp", "blocklist"),)),
    ),
)

# The subresources in oss2 2.19.1 (oss2/auth.py) and alibabacloud-oss-v2 1.4.1 (signer/v1.py), without those
# of parts, of tokens and of callbacks, which tell the signer's own server that a file was stored:
# alibabacloud.com/help/oss/developer-reference/callback. `sequential` is of the request that begins parts.
# V1 does not sign those that stand in the PUTs of alibabacloud-oss-v2 (operations) alone, such as legalHold.
# fmt: off
ALIBABA = SignedOperation(
    allowed_values=(),
    forbidden=_COMMON | frozenset((
        "accesspoint", "accesspointpolicy", "accessmonitor", "asyncfetch", "bucketarchivedirectread",
        "bucketinfo", "cloudboxes", "cname", "comp", "group", "httpsconfig", "legalhold", "link", "live",
        "metaquery", "objectinfo", "objectmeta", "objectworm", "overwriteconfig", "position", "qos", "quota",
        "referer", "regionlist", "resourcegroup", "rtc", "sequential", "stat", "style", "symlink",
        "transferacceleration", "userdefinedlogfieldsconfig", "vod", "worm", "wormextend", "wormid",
        "x-oss-async-process", "x-oss-process", "x-oss-write-get-object-response",
    )),
    kinds=_PARTS,
)
# The parameters of requests in cos-python-sdk-v5 1.9.44 (qcloud_cos/cos_client.py)
TENCENT = SignedOperation(
    allowed_values=(),
    forbidden=_COMMON | frozenset((
        "ci-process", "domain", "domaincertificate", "intelligenttiering", "live", "origin", "position",
        "referer", "response-control", "style", "symlink", "vod",
    )),
    kinds=_PARTS,
)
# The subresources in esdk-obs-python 3.26.6 (obs/const.py)
HUAWEI = SignedOperation(
    allowed_values=(),
    forbidden=_COMMON | frozenset((
        "backtosource", "bucketstatus", "deletebucket", "directcoldaccess", "dispolicy", "fileinterface",
        "metadata", "modify", "obsalias", "obsbucketalias", "obscompresspolicy", "obsworkflowtriggerpolicy",
        "position", "quota", "rename", "storageclass", "storageinfo", "storagepolicy", "truncate",
        "x-image-process", "x-image-save-bucket", "x-image-save-object", "x-oss-process",
        "x-workflow-start",
    )),
    kinds=_PARTS,
)
# It has no parts. docs.openstack.org/swift/latest/overview_large_objects.html (a list of segments comes in
# the body), and middleware.html: bulk (an archive that is unpacked), symlink, object versioning (`version-id`
# brings an older version back). A temporary URL loses all of
# these in Swift 2.38; not so in other programs that speak its language.
SWIFT = SignedOperation(
    allowed_values=(),
    forbidden=frozenset((
        *_PART, "bulk-delete", "extract-archive", "multipart-manifest", "symlink", "version-id", "versions",
    )),
)
# What a host that is not S3's own may read behind S3's signature: a listed one may be any of its relatives,
# and known ones have more than S3 (docs.wasabi.com/apidocs/operations-on-objects: compose;
# /compliance-with-the-wasabi-s3-api). Of all their parameters only those with which a PUT makes something
# else of an object: a composition, a change in the middle, a pointer, a lock. Others may be a signer's own.
OF_S3S_RELATIVES = SignedOperation(
    allowed_values=(),
    forbidden=frozenset((
        "compliance", "compose", "legalhold", "metadata", "modify", "objectworm", "rename", "symlink",
        "truncate",
    )),
)
# fmt: on
# github.com/supabase/storage, src/http/routes/object/uploadSignedObject.ts: it reads the token only.
# docs.oracle.com/iaas/Content/Object/Tasks/usingpreauthenticatedrequests.htm: nothing is in the query.
PLAIN = SignedOperation(allowed_values=(), forbidden=frozenset(_PART))
