"""What opens doors: keys of vendors by their marks, private keys, tokens, passwords that a text names as such.

It knows forms. It does not know what is done about a find (``redaction``). Every pattern takes linear time.
"""

import re
from typing import Final

from outlast.replay.kind import Kind

_MARKED: Final = r"""(?<![A-Za-z0-9_])(?:
    sk-(?:ant-|proj-|svcacct-|admin-|or-v1-|lf-)?[A-Za-z0-9_-]{16,}
    |pk-lf-[A-Za-z0-9-]{16,}|(?:pk|rk|sk)_(?:live|test)_[A-Za-z0-9]{10,}
    |gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[\w-]{20,}
    |xox[abeprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}
    |(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}|ABSK[A-Za-z0-9+/=]{40,}
    |AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}
    |ol-[a-z2-7]{24,}|hf_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,}|pplx-[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}
    |fw_[A-Za-z0-9]{16,}|nvapi-[\w-]{20,}|csk-[A-Za-z0-9]{20,}|tvly-[\w-]{16,}|lsv2_(?:pt|sk)_[A-Za-z0-9_]{20,}|dapi[0-9a-f]{32}
    |jina_[A-Za-z0-9]{20,}|tgp_v1_[\w-]{20,}|pcsk_[\w]{20,}|voy-[\w-]{20,}|pa-[A-Za-z0-9_-]{40,}
    |npm_[A-Za-z0-9]{30,}|pypi-[\w-]{40,}|SG\.[\w-]{16,}\.[\w-]{16,}|do[opr]_v1_[0-9a-f]{40,}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}
    |whsec_[A-Za-z0-9+/=]{20,}|key-[0-9a-f]{32}|ATATT3[\w=-]{20,}|hv[sb]\.[\w-]{20,}|sbp_[0-9a-f]{40}|ph[cx]_[A-Za-z0-9]{30,}
    |lin_api_[A-Za-z0-9]{20,}|ntn_[A-Za-z0-9]{30,}|secret_[A-Za-z0-9]{40,}|figd_[\w-]{20,}|pat-[a-z]{2}\d-[0-9a-f-]{30,}
    |(?:AC|SK)[0-9a-f]{32}|\d{8,10}:AA[\w-]{33}|sq0(?:atp|csp)-[\w-]{20,}|EAA[A-Za-z0-9]{40,}|glsa_\w{30,}|dckr_pat_[\w-]{20,}
    |AGE-SECRET-KEY-1[A-Z0-9]{40,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}
)(?![A-Za-z0-9])"""

_MARKS: Final = (
    "sk- sk_ pk- pk_ rk_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- xox "
    "xapp- akia asia aroa aida absk aiza ya29. gocspx- ol- "
    "hf_ gsk_ xai- pplx- r8_ fw_ nvapi- csk- tvly- lsv2_ dapi jina_ tgp_ "
    "pcsk_ voy- pa- npm_ pypi- "
    "sg. dop_ doo_ dor_ shp whsec_ key- atatt3 hvs. hvb. sbp_ phc_ phx_ lin_api_ "
    "ntn_ secret_ figd_ pat- :aa sq0 eaa glsa_ dckr_pat_ age-secret "
    "eyj ac sk"
)
"""In small letters, with a space between two."""

_NAMED: Final = r"""(?<![a-z])(?:
    api[\ _-]?key|(?:aws[\ _-])?(?:secret[\ _-])?access[\ _-]?key(?:[\ _-]?id)?
    |account[\ _-]?key|shared[\ _-]?access[\ _-]?key
    |(?:client|app|consumer|signing|webhook)?[\ _-]?secret(?:[\ _-]?key)?
    |(?:auth|access|refresh|bearer|session|id|api)[\ _-]?token|token
    |private[\ _-]?key|pass(?:word|wd|phrase|code)?|pwd
    |kennwort|passwort|contraseña|mot\ de\ passe|wachtwoord|senha|密码|口令
)["']?\s{0,3}(?:[:=\uff1a]|=>|\b(?:is|was|ist|lautet|è|est|es)\b|是|为)\s{0,3}["'`]?(?P<value>[^\s"'`,;<>\[\]{}()]{6,200})"""

_SIGNED: Final = (
    r"[?&;](?:access_token|id_token|refresh_token|token|api[_-]?key|apikey|key|sig|signature|password|passwd|pwd|secret|"
    r"client_secret|auth|authorization|session(?:id)?|sid|jwt|otp|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|"
    r"X-Goog-Signature)=(?P<value>[^&\s\"'#<>]{6,})"
)


def _secretive(match: re.Match[str]) -> bool:
    """A value, not a word about values: it has a digit or a sign that prose and code names have not."""
    value = match["value"]
    if value[0] in "$%" or value.startswith(("os.", "process.", "env:", "http")) or set(value) <= set("*x.•_-"):
        return False
    return any(sign.isdigit() or sign in "!@#^&*+~?$%" for sign in value.rstrip(".!?:"))


def _has_digit(match: re.Match[str]) -> bool:
    return any(sign.isdigit() for sign in match["value"])


SECRETS: Final = (
    Kind(
        "key",
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----))*"
            r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?"
        ),
        None,
        words=("-----begin",),
    ),
    Kind("key", re.compile(_MARKED, re.VERBOSE), words=tuple(_MARKS.split())),
    Kind(
        "login",
        re.compile(r"(?<=://)(?P<value>[^\s/?#@:\"'<>]{0,100}:[^\s/?#@\"'<>]{1,200})@"),
        None,
        re.compile(r"://[^\s/]{1,300}@"),
        ("://",),
    ),
    Kind("key", re.compile(_SIGNED, re.IGNORECASE), None, re.compile(r"[?&;][A-Za-z_-]{3,20}="), ("=",)),
    Kind(
        "key",
        re.compile(r"\b(?:bearer|basic)\s{1,2}(?P<value>[A-Za-z0-9._~+/-]{12,}={0,2})", re.IGNORECASE),
        _has_digit,
        words=("bearer ", "basic "),
    ),
    Kind(
        "key",
        re.compile(_NAMED, re.VERBOSE | re.IGNORECASE),
        _secretive,
        re.compile(r"[\d!@#^&*+~?$%]"),
        ("key", "token", "secret", "pass", "pwd", "kennwort", "contrase", "wachtwoord", "senha", "密码", "口令"),
    ),
)
