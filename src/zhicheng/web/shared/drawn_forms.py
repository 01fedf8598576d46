"""Fields of forms, drawn without templates: a section of the form has a hundred of them, and each took a dozen templates.

The renderer of all forms (``settings.FORM_RENDERER``). What is not in :data:`DRAWN` is rendered from a template as Django does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhicheng.web.shared.markup import escaped, joined, markup

_NOTHING = joined()
_CHOSEN = {"checkbox", "radio"}


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    """`` id="id_name" autofocus``; the class stands with that of the control's kind."""
    if not attrs:
        return _NOTHING
    said = "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(str(value))}"'
        for name, value in attrs.items()
        if value is not False and name != "class"
    )
    return joined(said)


def _class(kind: str, attrs: Mapping[str, Any]) -> str:
    return f"{kind} {attrs['class']}" if attrs.get("class") else kind


def _input(widget: Mapping[str, Any]) -> SafeString:
    kind, attrs, value = widget["type"], widget["attrs"], widget["value"]
    look = "" if kind == "hidden" else _class("form-check-input" if kind in _CHOSEN else "form-control", attrs)
    return markup(
        '<input type="{}" name="{}"{}{}{}>',
        kind,
        widget["name"],
        markup(' class="{}"', look) if look else "",
        "" if value is None else markup(' value="{}"', str(value)),
        _attributes(attrs),
    )


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    attrs = widget["attrs"]
    look, value = _class("form-control", attrs), widget["value"] or ""
    # The parser of the browser leaves out one line break at the beginning.
    return markup('<textarea name="{}" class="{}"{}>\n{}</textarea>', widget["name"], look, _attributes(attrs), value)


def _select(widget: Mapping[str, Any]) -> SafeString:
    attrs = widget["attrs"]
    groups = joined(
        *(
            markup('<optgroup label="{}">{}</optgroup>', name, _options(options)) if name else _options(options)
            for name, options, _index in widget["optgroups"]
        )
    )
    return markup(
        '<select name="{}" class="{}"{}>{}</select>', widget["name"], _class("form-select", attrs), _attributes(attrs), groups
    )


def _options(options: Iterable[Mapping[str, Any]]) -> SafeString:
    return joined(*(_option(str(o["value"]), str(o["label"]), _attributes(o["attrs"])) for o in options))


@lru_cache(maxsize=4096, typed=True)
def _option(value: str, label: str, attributes: str) -> str:
    """Kept: a page of the form has a hundred of them, the same on every page. ``typed``: what is safe HTML is not what reads like it."""
    return f'<option value="{escaped(value)}"{attributes}>{escaped(label)}</option>'


def _choices(widget: Mapping[str, Any]) -> SafeString:
    """Radio buttons or ticks, one below the other."""
    attrs, parts = widget["attrs"], []
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(markup('<p class="choice-group">{}</p>', group))
        for option in options:
            own = option["attrs"].get("id")
            name = markup("<label{}>{}</label>", markup(' for="{}"', own) if own else "", option["label"])
            parts.append(markup('<div class="choice">{}{}</div>', _input(option), name))
    place = markup(' id="{}"', attrs["id"]) if attrs.get("id") else ""
    return markup('<div class="{}"{}>{}</div>', _class("choices", attrs), place, joined(*parts))


def _field(field: BoundField) -> SafeString:
    """Label, help that unfolds (``unfolds`` of the field), hint, what is wrong, and the control."""
    look = "field field-check" if field.widget_type == "checkbox" and not field.use_fieldset else "field"
    look = f"{look} field-wrong" if field.errors else look
    hint = markup('<div class="field-hint" id="{}_helptext">{}</div>', field.auto_id, field.help_text) if field.help_text else ""
    hint = joined(getattr(field.field, "unfolds", ""), hint)
    wrong = str(field.errors) if field.errors else ""
    if field.use_fieldset:
        described = markup(' aria-describedby="{}"', field.aria_describedby) if field.aria_describedby else ""
        name = markup('<legend class="field-label">{}{}</legend>', field.label, _optional(field))
        return markup('<fieldset class="{}"{}>{}{}{}{}</fieldset>', look, described, name, hint, wrong, field)
    if field.widget_type == "checkbox":
        name = markup('<label for="{}">{}</label>', field.id_for_label, field.label)
        return markup('<div class="{}">{}<div class="choice">{}{}</div>{}</div>', look, wrong, field, name, hint)
    name = markup('<label class="field-label" for="{}">{}{}</label>', field.id_for_label, field.label, _optional(field))
    return markup('<div class="{}">{}{}{}{}</div>', look, name, hint, wrong, field)


def _optional(field: BoundField) -> SafeString | str:
    if field.field.required or getattr(field.field, "is_needed", False):
        return ""
    return markup('<span class="optional">{}</span>', _("（选填）"))


def _of_widget(draw: Callable[[Mapping[str, Any]], SafeString]) -> Callable[[Mapping[str, Any]], SafeString]:
    return lambda context: draw(context["widget"])


_INPUTS = (
    "checkbox",
    "clearable_file_input",
    "date",
    "email",
    "file",
    "hidden",
    "input",
    "number",
    "password",
    "text",
    "time",
    "url",
)
DRAWN: dict[str, Callable[[Mapping[str, Any]], SafeString]] = {
    "django/forms/field.html": lambda context: _field(context["field"]),
    **{f"django/forms/widgets/{name}.html": _of_widget(_input) for name in _INPUTS},
    "django/forms/widgets/textarea.html": _of_widget(_textarea),
    "django/forms/widgets/select.html": _of_widget(_select),
    "django/forms/widgets/radio.html": _of_widget(_choices),
    "django/forms/widgets/checkbox_select.html": _of_widget(_choices),
}


class Renderer(TemplatesSetting):
    """Draws what it can, and takes the template of everything else."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        draw = DRAWN.get(template_name)
        return draw(context) if draw is not None else super().render(template_name, context, request)
