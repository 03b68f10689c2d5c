"""Clojure projects of Leiningen and of the Clojure CLI: what their files state, what their code does."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, FactSet, Framework, Version
from cdgen.repo import Scope
from cdgen.spec.decide import choose
from cdgen.stacks.jvm import clojure_cli, leiningen
from cdgen.stacks.jvm.clojure_reader import read
from tests.conftest import MakeRepo

CORE = "src/shop/core.clj"
PROJECT = '(defproject shop "1.0" :dependencies [[org.clojure/clojure "1.11.1"] [ring/ring-core "1.9.5"]] :main shop.core)\n'
DEPS = '{:deps {org.clojure/clojure {:mvn/version "1.11.1"} http-kit/http-kit {:mvn/version "2.7.0"}}}\n'


def lein(make_repo: MakeRepo, files: dict[str, str], project: str = PROJECT) -> FactSet:
    return FactSet(leiningen.facts(Scope(make_repo({"project.clj": project, **files}), ".")))


def cli(make_repo: MakeRepo, files: dict[str, str], deps: str = DEPS) -> FactSet:
    return FactSet(clojure_cli.facts(Scope(make_repo({"deps.edn": deps, **files}), ".")))


FORMS: dict[str, tuple[str, list[str]]] = {
    "nothing": ("", []),
    "a comment": ("; (a)\n", []),
    "a discarded form": ("#_(a) (b)", ["b"]),
    "two discarded forms": ("#_#_(a) (b) (c)", ["c"]),
    "a bracket in a text": ('(a ")") (b)', ["a", "b"]),
    "a bracket that is a character": ("(a \\)) (b)", ["a", "b"]),
    "what is left open": ("(a (b", ["a"]),
    "what closes nothing": (")) (a)", ["a"]),
    "as deep as it likes": ("(" * 5000 + "a", [""]),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(name: str) -> None:
    text, heads = FORMS[name]
    assert [form.head for form in read(text)] == heads


def test_claims(make_repo: MakeRepo) -> None:
    repo = make_repo({"a/project.clj": PROJECT, "a/deps.edn": DEPS, "b/deps.edn": DEPS, "c/src/project.clj": ""})
    assert [claim.directory for claim in leiningen.detect(repo)] == ["a"]
    assert [claim.directory for claim in clojure_cli.detect(repo)] == ["b"]


def test_what_project_clj_states(make_repo: MakeRepo) -> None:
    facts = lein(make_repo, {CORE: "(ns shop.core)", "test/shop/core_test.clj": "(ns shop.core-test)"})
    assert choose(f.LANGUAGE, facts).value == "clojure"
    assert choose(f.LANGUAGE_VERSION, facts).value == Version("1.11.1")
    assert choose(f.FRAMEWORK, facts).value == Framework("ring", "1.9.5")
    assert choose(f.BUILD_TOOL, facts).value == "leiningen"
    assert choose(f.TEST, facts).value == "lein test"
    assert choose(f.BUILD, facts).value == "lein uberjar"
    assert choose(f.START, facts).value == "java -jar target/shop-*-standalone.jar"
    assert facts.values(f.DEPENDENCIES) == (2,)


def test_what_deps_edn_states(make_repo: MakeRepo) -> None:
    deps = (
        DEPS.rstrip("}\n")
        + '}} :aliases {:test {:main-opts ["-m" "kaocha.runner"] :extra-deps {lambdaisland/kaocha {:mvn/version "1.0"}}}'
    )
    deps += ' :build {} :run {:main-opts ["-m" "shop.core"]}}}\n'
    files = {CORE: "(ns shop.core)", "test/shop/core_test.clj": "(ns t)", "build.clj": "(ns build)\n(defn uber [_])\n"}
    facts = cli(make_repo, files, deps)
    assert choose(f.BUILD_TOOL, facts).value == "clojure-cli"
    assert choose(f.FRAMEWORK, facts).value == Framework("http-kit", "2.7.0")
    assert choose(f.TEST, facts).value == "clojure -M:test"
    assert choose(f.BUILD, facts).value == "clojure -T:build uber"
    assert choose(f.START, facts).value == "clojure -M:run"
    assert facts.values(f.TEST_RUNNER) == ("kaocha",)


PORTS: dict[str, tuple[dict[str, str], tuple[int, Confidence] | None]] = {
    "no server": ({CORE: "(ns shop.core) (defn -main [] 1)"}, None),
    "in a comment": ({CORE: "; (run-jetty app {:port 3000})\n#_(run-jetty app {:port 3000})"}, None),
    "in a test": ({"test/a_test.clj": "(run-jetty app {:port 3000})"}, None),
    "a number": ({CORE: "(jetty/run-jetty app {:port 3000 :join? false})"}, (3000, Confidence.DECLARED)),
    "a default": (
        {CORE: '(run-server app {:port (Integer/parseInt (or (System/getenv "PORT") "8080"))})'},
        (8080, Confidence.INFERRED),
    ),
    "a name": ({CORE: "(def port 8080) (run-server app {:port port})"}, (8080, Confidence.DECLARED)),
    "a binding": (
        {CORE: "(defn -main [] (let [port (or (env :port) 8080)] (run-jetty app {:port port})))"},
        (8080, Confidence.INFERRED),
    ),
    "Pedestal": ({CORE: "(def service {::http/type :jetty ::http/port 8890})"}, (8890, Confidence.DECLARED)),
    "the configuration": (
        {CORE: "(run-jetty app options)", "resources/config.edn": "{:http {:port 8080}}"},
        (8080, Confidence.INFERRED),
    ),
}


@pytest.mark.parametrize("name", PORTS)
def test_port(make_repo: MakeRepo, name: str) -> None:
    files, expected = PORTS[name]
    made = choose(f.PORT, lein(make_repo, files))
    assert ((made.value, made.confidence) if made.value else None) == expected


ROUTES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "none": ("(ns a)", []),
    "in a comment": ('(ns a (:require [compojure.core :refer :all])) ; (GET "/x" [] 1)', []),
    "Compojure": (
        '(ns a (:require [compojure.core :refer :all]))\n(defroutes r (GET "/" [] 1) (context "/v1" [] (POST "/x/:id" [id] 1)))',
        [("GET", "/"), ("POST", "/v1/x/:id")],
    ),
    "Reitit": (
        '(ns a (:require [reitit.ring :as ring]))\n(def r ["/v1" ["/x" {:get h :post {:handler h}}] ["/health" {:get h}]])',
        [("GET", "/v1/x"), ("POST", "/v1/x"), ("GET", "/v1/health")],
    ),
    "Pedestal": (
        '(ns a (:require [io.pedestal.http :as http]))\n(def r #{["/x" :get h :route-name :x] ["/y" :post h]})',
        [("GET", "/x"), ("POST", "/y")],
    ),
}


@pytest.mark.parametrize("name", ROUTES)
def test_routes(make_repo: MakeRepo, name: str) -> None:
    text, expected = ROUTES[name]
    facts = lein(make_repo, {CORE: text + "\n(run-jetty r {:port 1234})"})
    assert [(route.method, route.path) for route in facts.values(f.ROUTE)] == expected
    assert choose(f.HEALTH_PATH, facts).value == next((path for _, path in expected if path.endswith("health")), None)


def test_variables_and_drivers(make_repo: MakeRepo) -> None:
    project = '(defproject shop "1" :dependencies [[org.postgresql/postgresql "42.7"] [com.taoensso/carmine "3.2"] [environ "1"]])'
    text = '(ns shop.core (:require [environ.core :refer [env]]))\n(or (System/getenv "A_B") "x") (env :c-d) #_(env :no)'
    facts = lein(make_repo, {CORE: text}, project)
    assert [(each.name, each.default) for each in facts.values(f.ENV)] == [("A_B", "x"), ("C_D", None)]
    assert facts.values(f.BACKING) == (BackingService("postgresql"), BackingService("redis"))


def test_a_library_and_a_service(make_repo: MakeRepo) -> None:
    library = '(defproject lib "1" :dependencies [])'
    assert choose(f.KIND, lein(make_repo, {CORE: "(ns shop.core) (defn add [a b] 1)"}, library)).value == "library"
    assert choose(f.KIND, lein(make_repo, {CORE: "(run-jetty app {:port 3000})"})).value == "service"


def test_a_project_beside(make_repo: MakeRepo) -> None:
    deps = '{:deps {shop/core {:local/root "../core"} shop/none {:local/root "../none"}}}'
    repo = make_repo({"api/deps.edn": deps, "core/deps.edn": "{}"})
    assert FactSet(clojure_cli.facts(Scope(repo, "api"))).values(f.DEPENDS_ON) == ("core",)
