"""An included template is drawn as Django draws it."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, TemplateDoesNotExist

BUILTINS = ["zhicheng.web.templatetags.includes"]
TEMPLATES = {
    "part.html": "[{{ name }}{% with name='inner' %}{{ name }}{% endwith %}{% cycle 'a' 'b' as turn silent %}{{ turn }}]",
    "whole.html": "{% for name in names %}{% include 'part.html' %}{% endfor %}{{ name }}{{ turn }}",
    "given.html": "{% include 'part.html' with name='given' %}{{ name }}",
    "only.html": "{% include 'part.html' only %}{% include 'part.html' with name='x' only %}",
    "named.html": "{% include which %}",
    "below/here.html": "{% include './there.html' %}",
    "below/there.html": "there",
    "round.html": "{{ names.0 }}{% if deeper %}{% include 'round.html' with deeper=False %}{% endif %}",
    "missing.html": "{% include 'nowhere.html' %}",
    "fails.html": "{% include 'part.html' with name=names.0.nothing.at.all %}|{{ name }}",
}
GIVEN = {"names": ["p", "q&"], "name": "outer", "which": "part.html", "deeper": True}


def drawn(name: str, builtins: list[str]) -> str:
    """The template ``name``, twice with the same contents."""
    loaders = [("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", TEMPLATES)])]
    template = Engine(loaders=loaders, builtins=builtins).get_template(name)
    return template.render(Context(GIVEN)) + template.render(Context(GIVEN))


@pytest.mark.parametrize("name", sorted(set(TEMPLATES) - {"missing.html"}))
def test_same_as_the_tag_it_stands_for(name: str) -> None:
    assert drawn(name, BUILTINS) == drawn(name, [])


def test_template_that_is_missing_is_an_error() -> None:
    with pytest.raises(TemplateDoesNotExist):
        drawn("missing.html", BUILTINS)


def test_context_is_what_it_was_when_an_included_template_fails() -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError("broken")

    pair = {"whole": "{% include 'part' %}", "part": "{{ broken }}"}
    template = Engine(loaders=[("django.template.loaders.locmem.Loader", pair)], builtins=BUILTINS).get_template("whole")
    context = Context({"broken": Broken()})
    depth = len(context.dicts), len(context.render_context.dicts)
    with pytest.raises(ValueError, match="broken"):
        template.render(context)
    assert (len(context.dicts), len(context.render_context.dicts)) == depth
