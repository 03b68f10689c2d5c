"""What a compiled template needs to run. Jinja compiles templates; loading Jinja costs four starts of the interpreter, running what
it compiled costs next to nothing.

Narrower than Jinja's own runtime, on purpose: no name that begins with an underscore, no call but of a macro, and an unknown name
is always an error. A template of a road can therefore reach nothing but the values that it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn

from markupsafe import Markup, escape

from cdgen.render.guards import Kind

missing: Any = type("Missing", (), {"__slots__": ()})()


class TemplateError(Exception):
    """A template asks for what it was not given, or may not have."""


class Undefined:
    """A name that was not given: any use of it is an error that says the name."""

    __slots__ = ("_message",)

    def __init__(self, message: str | None = None, name: str | None = None) -> None:
        self._message = message or f"{name!r} is undefined"

    def _fail(self, *_: object) -> NoReturn:
        raise TemplateError(self._message)

    __bool__ = __iter__ = __str__ = __len__ = __eq__ = __hash__ = __add__ = __radd__ = __getitem__ = __lt__ = __call__ = _fail


class Loop:
    """`loop` inside a `for`."""

    __slots__ = ("_items", "index0")

    def __init__(self, items: Iterable[Any], undefined: object = None) -> None:  # noqa: ARG002  (the compiler passes it)
        self._items = tuple(items)
        self.index0 = -1

    def __iter__(self) -> Iterator[tuple[Any, Loop]]:
        for item in self._items:
            self.index0 += 1
            yield item, self

    @property
    def index(self) -> int:
        return self.index0 + 1

    @property
    def first(self) -> bool:
        return self.index0 == 0

    @property
    def last(self) -> bool:
        return self.index == len(self._items)


class Macro:
    """A macro that takes its parameters by position."""

    __slots__ = ("_arguments", "_call", "_name")

    def __init__(self, _: object, call: Callable[..., str], name: str, arguments: tuple[str, ...], *flags: object) -> None:
        self._call, self._name, self._arguments = call, name, arguments
        if any(flags[:3]):
            raise TemplateError(f"the macro {name!r} takes more than plain parameters")

    def run(self, *values: Any) -> Markup:
        if len(values) != len(self._arguments):
            raise TemplateError(f"the macro {self._name!r} takes {len(self._arguments)} values, not {len(values)}")
        return Markup(self._call(*values))  # noqa: S704  (every expression inside has passed the guard)


class Context:
    """The values of one rendering; an included template sees them, and the local ones where it stands."""

    autoescape = True

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.vars = dict(values)
        self.exported_vars: set[str] = set()
        self.eval_ctx = self

    def resolve_or_missing(self, name: str) -> Any:
        return self.vars.get(name, missing)

    def get_all(self) -> Mapping[str, Any]:
        return self.vars

    def call(self, macro: Any, *values: Any, _loop_vars: object = None) -> Markup:  # noqa: ARG002  (the compiler passes it)
        if isinstance(macro, Undefined):
            macro._fail()
        if not isinstance(macro, Macro):
            raise TemplateError(f"only macros can be called, not {type(macro).__name__}")
        return macro.run(*values)


class Environment:
    """What the code of a template finds under `environment`. `load` gives the code of another template."""

    concat = staticmethod("".join)
    undefined = Undefined

    def __init__(self, kind: Kind, load: Callable[[str], Any]) -> None:
        self.finalize = kind.guard
        self.filters = kind.filters
        self._load = load

    def getattr(self, value: Any, name: str) -> Any:
        if name.startswith("_"):
            raise TemplateError(f"the name {name!r} is not for templates")
        try:
            return value[name] if isinstance(value, Mapping) else getattr(value, name)
        except (AttributeError, LookupError):
            if isinstance(value, Undefined):
                value._fail()
            return Undefined(f"a {type(value).__name__} has no {name!r}")

    def getitem(self, value: Any, key: Any) -> Any:
        return value[key]

    def get_template(self, name: str, *_: str) -> Template:
        return Template(self, self._load(name))


class Template:
    """One compiled template."""

    def __init__(self, environment: Environment, code: Any) -> None:
        self.names: dict[str, Any] = {
            "environment": environment,
            "LoopContext": Loop,
            "Macro": Macro,
            "Markup": Markup,
            "TemplateRuntimeError": TemplateError,
            "Undefined": Undefined,
            "escape": escape,
            "internalcode": lambda function: function,
            "missing": missing,
        }
        exec(code, self.names)  # noqa: S102  (compiled by Jinja from a template of ours or of the road)
        self.root_render_func = self.names["root"]

    def new_context(self, values: Mapping[str, Any], shared: bool = False, local: Mapping[str, Any] | None = None) -> Context:  # noqa: ARG002
        given = {name: value for name, value in (local or {}).items() if value is not missing}
        return Context({**values, **given})

    def render(self, values: Mapping[str, Any]) -> str:
        return "".join(self.root_render_func(self.new_context(values)))
