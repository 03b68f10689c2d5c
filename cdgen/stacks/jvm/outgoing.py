"""Requests that a JVM program makes: clients in its code, and addresses in its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdgen.model import facts as f
from cdgen.model.facts import Call, Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.settings import Setting, Settings
from cdgen.stacks.jvm.shapes import Called, Note, call_at, elements, shown
from cdgen.stacks.jvm.tree import JOINED, NAMES, TEXTS, Tree, Trees

if TYPE_CHECKING:
    from tree_sitter import Node

CLIENTS = (
    *("RestTemplate", "WebClient", "RestClient", "RestOperations", "HttpClient", "OkHttp", "Retrofit"),
    *("HttpURLConnection", "HttpRequest", "Unirest", "ClientBuilder", "WebTarget", "Feign", "HttpExchange"),
    *("HttpUrl", "ApacheClient", "HttpHost", "Hostname", "@Client", "UriComponentsBuilder", "Traverson", "WSClient"),
    *("HttpServiceProxyFactory", "URL(", "io.ktor.client", "sttp.client", "Hostname"),
)
# calls whose text is an address: what is made, asked or configured
ASKS = (
    r"^(?:(?:get|post|put|delete|patch)?(?:For(?:Object|Entity|Location))|exchange|execute|put|delete|get|post|patch|head|GET|POST|PUT|DELETE|PATCH"
    r"|optionsForAllow|headForHeaders|[uU]r[il]|URL|URI|baseUrl|rootUri|create|of|target|from(?:UriString|HttpUrl|String)|parse|newBuilder|toUri"
    r"|(?:Http)?Request|Http(?:Get|Post|Put|Delete|Patch)|DefaultUriBuilderFactory|(?:get|post|put|delete)Abs|format(?:ted)?)$"
)
# what is told a host alone
HOSTS = r"^(?:[hH]ost(?:[nN]ame)?|HttpHost|ServiceName|HostAndPort)$"
STORES = r"elasticsearch|opensearch|solr"
ADDRESS = r"^(?:https?|lb|stork|grpc|consul|eureka)://"
TELLS = ("http://", "https://", "lb://", "stork://", "getenv", "getEnv", "get_env", "@Value", "@ConfigProperty", "getProperty")
# a schema's or a vocabulary's name is no address
NAMESPACES = r"^https?://(?:www\.w3\.org|schemas?\.|xmlns\.|java\.sun\.com|(?:www\.)?apache\.org/(?:xml|licenses)|json-schema\.org)"
POINTS = r"(?i)(?:url|uri|host|hostname|endpoint|addr|address|baseurl|_service|_svc)$"
# addresses of the program itself, as others call it
ITSELF = ("HOSTNAME", "HOST", "URL", "BASE_URL", "PUBLIC_URL", "APP_URL", "SERVER_URL", "ENDPOINT", "hostname", "host", "baseUrl")
LOCAL = r"^(?:localhost|127\.|0\.0\.0\.0|\[::1\])"
SHAPE_OF_KEY = r"(?i)^(?:base-?)?(?:ur[li]|host|path|address|endpoints?|base|api|rest|http|service|client|svc)$"
PLAIN_HOST = r"[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*(?::\d{2,5})?\Z"
DEEPEST = 8  # names that stand for names, parts of parts
# settings whose address is a store's, a broker's, or the platform's own
NO_SERVICES = (
    r"(?i)data_?source|jdbc|\bdb_|database|postgres|mysql|maria|mongo|redis|rabbit|amqp|kafka|bootstrap|elastic|opensearch|cassandra|zipkin|jaeger"
    r"|otel|otlp|tracing|eureka|discovery|consul|vault|config_?server|spring[._]cloud[._]config|sentry|logstash|graylog|smtp|mail|ldap|proxy|memcache"
    r"|nats|issuer|jwk|oauth|keycloak|s3_|minio|aws_|sqs|swagger|springdoc|openapi|cors|origin|redirect|docs|server_host|^server|bind|listen"
)
# a program's own settings, where they hold the address of somebody
OWN_KEY = (
    r"(?i)(?:^|[._-])(?:url|uri|endpoints?|host|base-?(?:url|uri|path)|address|services?|clients?|rooturi|api)(?:\.[\w-]+)?$"
    r"|(?:url|uri|endpoint|address)$"
)
CLIENT_KEYS = (
    r"^(?:quarkus\.rest-client\.(?P<quarkus>.+?)\.(?:url|uri)|(?P<mp>.+)/mp-rest/ur[li]|micronaut\.http\.services\.(?P<micronaut>[\w-]+)\.urls?"
    r"|spring\.cloud\.openfeign\.client\.config\.(?P<feign>[\w-]+)\.url|feign\.client\.config\.(?P<old>[\w-]+)\.url"
    r"|spring\.cloud\.gateway\.(?:server\.\w+\.)?routes\[\d+\]\.uri|zuul\.routes\.(?P<zuul>[\w-]+)\.(?:url|service-?[iI]d)"
    r"|(?P<ribbon>[\w-]+)\.ribbon\.listOfServers|spring\.http\.services?\.(?:client\.)?(?P<group>[\w-]+)\.base-url)$"
)


def facts(trees: Trees, settings: Settings) -> Iterator[Fact]:
    yield from _configured(settings)
    asking = list(trees.telling(*CLIENTS))
    for tree in asking:
        for note in tree.notes():
            yield from _of_note(note, tree, trees, settings)
        if any(word in tree.file.text for word in TELLS):
            for called in tree.calls():
                yield from _of_call(called, tree, trees, settings)
    for tree in trees.telling(*TELLS) if asking else ():
        # where nothing asks, only what is read from outside is an address that somebody is asked at
        yield from (fact for fact in _of_constants(tree, trees, settings) if tree in asking or fact.value.variable)


def _fact(call: Call, source: Source, origin: Origin, why: str) -> Fact:
    return Fact(f.CALL, call, source, origin, Confidence.DECLARED if call.address else Confidence.INFERRED, why)


def host(address: str) -> str | None:
    """`orders:8080` of `http://user@orders:8080/path`; None for a text that is no address, or whose host is computed."""
    bare = compiled(ADDRESS).sub("", address.strip(), count=1)
    found = compiled(r"^(?:[^/@\s]*@)?((?:\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d{1,5})?)(?:[/?#,:]|$)").match(bare)
    return found.group(1).strip(".") if found and compiled(r"[A-Za-z0-9]").search(found.group(1)) else None


def _configured(settings: Settings) -> Iterator[Fact]:
    """Addresses of clients by the keys that the frameworks give them."""
    for setting in settings.all:
        if compiled(r"%(?:dev|test)\b").match(setting.key):
            continue
        match = compiled(CLIENT_KEYS).match(setting.key.replace('"', ""))
        if match and not setting.value.startswith(("forward:", "no://", "/")):
            yield from _of_setting(setting, next((name for name in match.groupdict().values() if name), setting.key))
        elif compiled(OWN_KEY).search(setting.key) and not compiled(NO_SERVICES).search(setting.key):
            settled = setting.settled()
            if settled and compiled(ADDRESS).match(settled[0]) and not compiled(NAMESPACES).match(settled[0]):
                yield from _of_setting(setting, _whose(setting.key))


def _of_setting(setting: Setting, whose: str) -> Iterator[Fact]:
    """`whose` is the client's name in the key: all that tells a service apart where the address is this very machine."""
    variable = compiled(r"\$\{([A-Z][A-Z0-9_]+)").search(setting.value)
    settled = setting.settled()
    address = host(settled[0] if settled else compiled(r"\$\{[^:}]*:?([^}]*)\}").sub(r"\1", setting.value))
    local = address is not None and compiled(LOCAL).match(address)
    if address or variable:
        name = variable.group(1) if variable else whose if local else None
        yield _fact(Call("http", address, name), setting.source, Origin.CONFIG, setting.key)


def _whose(key: str) -> str:
    """`clouddriver` of `clouddriver.base-url`, `catalog` of `shop.endpoints.catalog`."""
    parts = [part for part in key.split(".") if not compiled(SHAPE_OF_KEY).match(part)]
    return parts[-1] if parts else key


def _of_note(note: Note, tree: Tree, trees: Trees, settings: Settings) -> Iterator[Fact]:
    """A client that is an interface: its annotation says whom it asks."""
    if note.name in ("FeignClient", "ReactiveFeignClient"):
        stated = [note.argument("url"), note.argument("name", "value", "serviceId", "contextId")]
    elif note.name in ("RegisterRestClient", "HttpExchange"):
        stated = [note.argument("baseUri", "url", *(("value",) if note.name == "HttpExchange" else ()))]
    elif note.name == "Client" and "micronaut" in tree.file.text:
        stated = [note.argument("value", "id")]
    else:
        return
    for each in stated:
        text = trees.text(each, tree) if each is not None else None
        found = _told(text, settings) if text and not text.startswith("/") else None
        if found:
            yield _fact(found, tree.source(note.node), Origin.CODE, f"@{note.name}")
            return


def _told(text: str, settings: Settings) -> Call | None:
    """Whom a text names that may hold a placeholder of the configuration."""
    match = compiled(r"\$\{([\w.-]+)(?::([^}]*))?\}").search(text)
    if match is None:
        address = host(text)
        return Call("http", address) if address else None
    setting = settings.get(match.group(1))
    inner = compiled(r"\$\{([A-Z][A-Z0-9_]+)").search(setting.value) if setting else None
    variable = match.group(1) if match.group(1).isupper() else inner.group(1) if inner else match.group(1)
    stated = settings.text(match.group(1)) or match.group(2) or ""
    return Call("http", host(text.replace(match.group(), stated)) if stated else None, variable)


def _of_call(called: Called, tree: Tree, trees: Trees, settings: Settings) -> Iterator[Fact]:
    if compiled(HOSTS).match(called.name) and not compiled(STORES).search(tree.file.text):
        text = trees.text(called.argument(), tree)
        if text and compiled(PLAIN_HOST).match(text):
            yield _fact(Call("http", text), tree.source(called.node), Origin.CODE, called.name)
    if not compiled(ASKS).match(called.name):
        return
    for argument in called.arguments[:2]:
        found = _whom(argument.node, tree, trees, settings)
        if found:
            yield _fact(found, tree.source(called.node), Origin.CODE, called.name)
            return


def _of_constants(tree: Tree, trees: Trees, settings: Settings) -> Iterator[Fact]:
    """`CART_URL = "http://cart/..."`, `url = getenv("CART_URL")` and `@Value("${cart.url}") String url` beside a client."""
    for name, value in tree.names.items():
        if compiled(POINTS).search(name) and not compiled(NO_SERVICES).search(name) and name not in ITSELF:
            found = _whom(value, tree, trees, settings)
            if found:
                yield _fact(found, tree.source(value), Origin.CODE, name)
    for note in tree.notes():
        if note.name in ("Value", "ConfigProperty", "Property"):
            stated = trees.text(note.argument("value", "name"), tree) if elements(note.argument("value", "name")) else None
            key = compiled(r"\$?\{?([\w.-]+)").match(stated or "")
            if key and compiled(POINTS).search(key.group(1).rpartition(".")[2]) and not compiled(NO_SERVICES).search(key.group(1)):
                found = _told(stated if stated and "${" in stated else f"${{{key.group(1)}}}", settings)
                if found:
                    yield _fact(found, tree.source(note.node), Origin.CODE, f"@{note.name}")


def _whom(node: Node, tree: Tree, trees: Trees, settings: Settings, depth: int = DEEPEST) -> Call | None:
    """Whom an expression names: an address in a text, the variable that it is read from, or what its first part stands for."""
    if depth == 0:
        return None
    if node.type in TEXTS:
        return _of_text(node, tree, trees, settings, depth)
    called = call_at(node)
    if called is not None:
        return _of_value(called, tree, trees, settings, depth)
    if node.type == "ternary_expression":
        return _of_choice(node, tree, trees, settings, depth)
    if node.type in JOINED or node.type == "parenthesized_expression":
        part = _of_parts(node.named_children, tree, trees, settings, depth)
        return _with_default(part, node.named_children[-1], tree, trees) if part and "?:" in shown(node) else part
    if node.type in NAMES:
        found = trees.named(node, tree)
        return _whom(*found, trees, settings, depth - 1) if found else None
    return None


def _of_choice(node: Node, tree: Tree, trees: Trees, settings: Settings, depth: int) -> Call | None:
    """`getenv("X") == null ? "ratings" : getenv("X")`: the variable, with what is taken without it."""
    found = _of_parts(node.named_children, tree, trees, settings, depth)
    for each in node.named_children[1:]:
        found = _with_default(found, each, tree, trees) if found else None
    return found


def _with_default(call: Call, node: Node, tree: Tree, trees: Trees) -> Call:
    text = trees.text(node, tree) if call.variable and not call.address else None
    plain = text and (compiled(ADDRESS).match(text) or compiled(PLAIN_HOST).match(text))
    return call._replace(address=host(text)) if text and plain else call


def _of_text(node: Node, tree: Tree, trees: Trees, settings: Settings, depth: int) -> Call | None:
    text = trees.text(node, tree)
    if text is not None:
        plain = compiled(ADDRESS).match(text) and not compiled(NAMESPACES).match(text)
        address = host(text) if plain and "%s" not in text.partition("://")[2].partition("/")[0] else None
        return Call("http", address) if address else None
    parts = [each for each in node.named_children if each.type in ("interpolation", "string_content", "string_literal_content")]
    first = shown(parts[0]) if parts else ""
    if compiled(ADDRESS).match(first) and host(first):
        return Call("http", host(first))
    inner = next((each.named_children[0] for each in parts[:2] if each.type == "interpolation" and each.named_children), None)
    return _whom(inner, tree, trees, settings, depth - 1) if inner is not None else None


def _of_value(called: Called, tree: Tree, trees: Trees, settings: Settings, depth: int) -> Call | None:
    """`System.getenv("X")`, `String.format("http://%s/x", host)`, `URI.create(...)`, `Optional.ofNullable(...).orElse(...)`."""
    if compiled(r"(?i)^get_?env(?:_?or_?default)?$|^env$").match(called.name):
        name = trees.text(called.argument(), tree)
        if name and compiled(POINTS).search(name) and not compiled(NO_SERVICES).search(name) and name not in ITSELF:
            default = trees.text(called.argument(position=1), tree)
            return Call("http", host(default) if default else None, name)
        return None
    if called.name in ("getProperty", "getRequiredProperty", "getString"):
        key = trees.text(called.argument(), tree)
        settled = settings.text(key) if key else ""
        return Call("http", host(settled), key) if key and settled and compiled(ADDRESS).match(settled) else None
    inner = [each.node for each in called.arguments]
    before = [called.receiver] if called.receiver is not None else []
    if called.name in ("orElse", "getOrDefault") and before and inner:
        found = _of_parts(before, tree, trees, settings, depth)
        return _with_default(found, inner[-1], tree, trees) if found else None
    return (
        _of_parts([*before, *inner], tree, trees, settings, depth)
        if compiled(ASKS).match(called.name) or called.name in ("orElse", "trim", "ofNullable")
        else None
    )


def _of_parts(nodes: list[Node], tree: Tree, trees: Trees, settings: Settings, depth: int) -> Call | None:
    """The first part that names somebody."""
    return next((found for each in nodes if (found := _whom(each, tree, trees, settings, depth - 1))), None)
