"""Media types: which names mean the same, and when a claimed type agrees with the one that the bytes show.

Knows: the names in IANA's registry, other names that clients and libraries use, and formats that begin alike.
Rules: tables only. A claimed type must be what the bytes show, or something that they leave open.
Must not know: bytes, which types an operator allows.
"""

import re

# Names that tell nothing: no type, our default for a part without a type, and the default of S3.
UNKNOWN_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream"})

# One line for each type: its canonical name, which is used here, then its other names.
_SYNONYMS = """
application/gzip application/x-gzip
application/pdf application/x-pdf
application/rtf text/rtf text/richtext
application/vnd.rar application/x-rar-compressed application/x-rar
application/x-7z-compressed application/7z
application/x-msdownload application/vnd.microsoft.portable-executable application/x-dosexec
application/xml text/xml
application/zip application/x-zip-compressed application/x-zip
audio/aac audio/x-aac audio/aacp
audio/flac audio/x-flac
audio/midi audio/mid audio/x-midi
audio/mp4 audio/x-m4a audio/m4a
audio/mpeg audio/mp3 audio/x-mp3 audio/x-mpeg
audio/wav audio/x-wav audio/wave audio/vnd.wave
audio/x-aiff audio/aiff
font/otf application/font-sfnt application/x-font-otf application/vnd.ms-opentype
font/ttf application/x-font-ttf application/x-font-truetype
font/woff application/font-woff application/x-font-woff
font/woff2 application/font-woff2
image/bmp image/x-ms-bmp image/x-bmp
image/heic image/heif image/heic-sequence image/heif-sequence
image/jp2 image/jpx image/jpm
image/jpeg image/jpg image/pjpeg image/jfif
image/png image/x-png image/apng
image/svg+xml image/svg
image/tiff image/x-tiff image/tif
image/vnd.adobe.photoshop image/x-photoshop application/x-photoshop
image/x-icon image/vnd.microsoft.icon image/ico
video/x-msvideo video/avi video/msvideo video/vnd.avi
video/x-matroska video/matroska
"""
# mimesniff.spec.whatwg.org/#javascript-mime-type: a browser runs a file of any of these names as a script.
_JAVASCRIPT = """
text/javascript application/ecmascript application/javascript application/x-ecmascript
application/x-javascript text/ecmascript text/javascript1.0 text/javascript1.1 text/javascript1.2
text/javascript1.3 text/javascript1.4 text/javascript1.5 text/jscript text/livescript text/x-ecmascript
text/x-javascript
"""
_CANONICAL_NAMES = {
    name: names[0]
    for names in (*map(str.split, _SYNONYMS.strip().splitlines()), _JAVASCRIPT.split())
    for name in names
}

# Types of one line cannot be told apart by their first bytes: these name the container only, and its contents
# (sound or video, and for which player) come later.
_CONTAINERS = [
    frozenset(line.split())
    for line in """
video/mp4 audio/mp4 video/quicktime video/3gpp audio/3gpp video/3gpp2 video/x-m4v
video/x-matroska audio/x-matroska video/webm audio/webm
application/ogg audio/ogg video/ogg audio/opus
font/ttf font/otf font/sfnt font/collection
text/html application/xhtml+xml
""".strip().splitlines()
]
_OFFICE = "application/vnd.openxmlformats-officedocument."
# A file that looks like the type on the left may also be of the types on the right.
_SUBTYPES = {
    "application/zip": (
        r"application/(.*\+zip|java-archive|vnd\.openxmlformats-.*|vnd\.oasis\.opendocument\..*"
        r"|vnd\.ms-.*\.macroenabled\..*|vnd\.android\.package-archive|vnd\.google-earth\.kmz|x-xpinstall)"
    ),
    _OFFICE + "wordprocessingml.document": (r"application/vnd\.(ms-word\.|.*\.wordprocessingml\.).*"),
    _OFFICE + "spreadsheetml.sheet": r"application/vnd\.(ms-excel\.|.*\.spreadsheetml\.).*",
    _OFFICE + "presentationml.presentation": (r"application/vnd\.(ms-powerpoint\.|.*\.presentationml\.).*"),
    "application/xml": r".*\+xml|text/xsl",
    "text/plain": (
        r"text/.*|message/rfc822|.*\+(json|xml|yaml)"
        r"|application/(xml|json|x-ndjson|ld\+json|yaml|x-yaml|toml|sql|csv|x-sh|x-httpd-php|x-tex)"
    ),
}
# Always recognised by the bytes, so a claim alone is not enough.
_NEVER_BY_CLAIM_ALONE = frozenset({"image/svg+xml"})
# If a browser opens such a file from storage, it runs the scripts in it, or hands them to the pages of the
# same origin. So it does with all types `…+xml`, and with parts of `multipart/…`, which have their own types.
_SCRIPTED = frozenset(
    {
        "application/http-index-format",
        "application/xml",
        "application/xml-external-parsed-entity",
        "message/rfc822",
        "text/html",
        "text/javascript",
        "text/rdf",
        "text/vbscript",
        "text/xml-external-parsed-entity",
        "text/xsl",
    }
)
# The types that carry scripts, by how names of files end: some stores give an object without a type that of
# its name (SeaweedFS does, also in the place of application/octet-stream).
_ENDINGS = {
    ending: line.split()[0]
    for line in """
application/xhtml+xml xhtml xht xhtm
application/xml xml xsd xsl xslt rng rdf owl rss atom xul xbl mml mathml kml gpx wsdl wadl xspf xlf xmi xaml
application/xml dtd ent dae x3d smi smil ssml pls grxml vxml inkml ncx opf ttml dfxp tei mpd musicxml yin srx
application/xml xop xdp
image/svg+xml svg svgz
message/rfc822 art eml mail mime nws
multipart/related bmed mht mhtml vpm
text/html html htm shtml shtm stm hta htc
text/javascript js mjs cjs es jsm jse ecma
text/vbscript vbs
""".strip().splitlines()
    for ending in line.split()[1:]
}
# Those of Debian's media-types and shared-mime-info, and of Python's mimetypes, that stand for one more type
# `…+xml`. Many of them are also those of files that are no XML.
_RARE_XML_ENDINGS = """
1km ac apxml atomcat atomdeleted atomsrv atomsvc bmml ccmp ccxml cdfx cdxml cellml cl clue cml cpl csl
davmount dbk dd2 ddf dist distz docbook dtb dwd emma emotionml es3 et3 fb2 fdt fo gml gsheet hal held ink
irp its kino lasxml lbe lgr link66 lostsyncxml lostxml mads maei meta4 metalink mets mods moml mpf mpkg mpp
mrcx mscml musd mxml obgx odd omdoc opml osfpvg osm owx pkg provx pskcxml rapd rdfs relo res rfcxml rif rl
rld rs rsat rsd rsheet rusd sbml scl sdkd sdkm senmlx sensmlx shf sls sml spx sru ssdl stpx swidtag td
teicorpus tfi uis uo uoml uvt uvvt vsdm vsdx vssm vssx vstm vstx wbs wif wspolicy x3dz xav xca xcs xdf xdm
xdssc xel xenc xer xhvml xliff xmls xns xpdl xpl xsf xsm xvm xvml zaz zmm
"""
_MAY_BE_XML = frozenset(_RARE_XML_ENDINGS.split())


def canonical_name(name: str) -> str:
    """The canonical name of a media type without parameters: in lower case, the same for all synonyms."""
    if name in _CANONICAL_NAMES:
        return _CANONICAL_NAMES[name]
    plain = name.lower()
    return _CANONICAL_NAMES.get(plain, plain)


def scripted_type_of_ending(ending: str, *, may_be_xml: bool = False) -> str | None:
    """The type with scripts that the ending of a file's name stands for, in lower case; None for others.

    `may_be_xml`: by its first bytes, the file may be XML.
    """
    return "application/xml" if may_be_xml and ending in _MAY_BE_XML else _ENDINGS.get(ending)


def resolve_type(seen: str, claimed: str) -> str | None:
    """The type of a file that looks like `seen` and claims to be `claimed`; None if these contradict.

    Both are canonical names. The claim decides only what the bytes leave open.
    """
    if claimed in UNKNOWN_TYPES or claimed == seen or _is_subtype(seen, claimed):
        return seen
    left_open = _is_subtype(claimed, seen) or any({seen, claimed} <= container for container in _CONTAINERS)
    return claimed if left_open and claimed not in _NEVER_BY_CLAIM_ALONE else None


def carries_script(name: str) -> bool:
    """Whether a browser that opens a file of this type runs the scripts in it."""
    return name.endswith("+xml") or name.startswith("multipart/") or name in _SCRIPTED


def _is_subtype(name: str, general: str) -> bool:
    """Whether a file of the type `name` may look like `general`."""
    return general in _SUBTYPES and re.fullmatch(_SUBTYPES[general], name) is not None
