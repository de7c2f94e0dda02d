"""Templates into answers: what every page has around it, and how values are written.

It knows the environment that all templates share. It does not know any page's own words.
"""

from collections.abc import Mapping
from typing import Final

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from outlast.web.pages.assets import Assets
from outlast.web.pages.visit import visit_of
from outlast.web.pages.writing import equip

FORM_FIELD: Final = "token"
"""The hidden field of every form; its value is ``visit_of(request).token``."""


class Show:
    """Writes pages. One for all of them."""

    def __init__(self, assets: Assets) -> None:
        environment = jinja2.Environment(
            loader=jinja2.PackageLoader("outlast.web.pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals["asset"] = assets.path
        equip(environment)
        self.environment = environment

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """One page. Templates extend ``base.html`` and have ``visit``, ``person``, ``here`` (the path), ``token``."""
        visit = visit_of(request)
        text = self.environment.get_template(template).render(
            values, visit=visit, person=visit.person, here=request.url.path, token=visit.token
        )
        return HTMLResponse(text, status, headers=headers)
