"""The second wall: whatever was made of a model's words, only what is listed here goes out.

It knows elements, attributes, classes and schemes that can do nothing. It does not know how they came about, and does
not trust it.
"""

from typing import Final

import nh3

from outlast.web.pages.render.code import CLASSES
from outlast.web.pages.render.letters import plain
from outlast.web.pages.render.links import SCHEMES
from outlast.web.pages.render.mathematics import ATTRIBUTES, ELEMENTS, LENGTHS

_NAMES: Final = (
    "p br hr h3 h4 h5 h6 strong em s a span div ul ol li blockquote table thead tbody tr th td figure figcaption pre "
    "code"
)
_TAGS: Final = frozenset(_NAMES.split())
_CLEANER: Final = nh3.Cleaner(
    tags=set(_TAGS | ELEMENTS),
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href", "title"},
        "ol": {"start"},
        **{tag: set(ATTRIBUTES) | set(LENGTHS) for tag in ELEMENTS},
    },
    tag_attribute_values={
        "pre": {"tabindex": {"0"}},
        "div": {"tabindex": {"0"}, "dir": {"auto"}},
    },
    set_tag_attribute_values={"a": {"target": "_blank"}},
    allowed_classes={
        "a": {"image"},
        "code": {"formula"},
        "div": {"block", "wide"},
        "figure": {"code", "more"},
        "span": {"image", *CLASSES},
        "td": {"right", "center"},
        "th": {"right", "center"},
    },
    url_schemes=set(SCHEMES),
    url_relative="deny",
    link_rel="nofollow noopener noreferrer",
)


def clean(html: str) -> str:
    """The same HTML without anything that is not listed."""
    return plain(_CLEANER.clean(plain(html)))
