"""Images of Go and JVM services without a Dockerfile: linted, built as they are, served on a read-only root as their own user."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from cdgen import app
from cdgen.render.environment import render
from tests.engines.drivers import buildah, hadolint, private

GO_MAIN = """\
package main

import (
	"net/http"
	"os"

	"example.org/shop/internal/page"
)

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page.Text("templates/index.html")) })
	panic(http.ListenAndServe(":"+port, nil))
}
"""
GO_PAGE = """\
package page

import "os"

func Text(path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	return text
}
"""
GO: Mapping[str, str] = {
    "go.mod": "module example.org/shop\n\ngo 1.26\n",
    "cmd/shop/main.go": GO_MAIN,
    "internal/page/page.go": GO_PAGE,
    "internal/page/page_test.go": "package page\n",
    "templates/index.html": "served",
    "notes/secret.txt": "not for the image",
}
JAVA_MAIN = """\
package org.example;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

public class Main {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/", exchange -> {
            byte[] body = "served".getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }
}
"""
POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>shop</artifactId>
  <version>1.0</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <build>
    <plugins>
      <plugin>
        <artifactId>maven-compiler-plugin</artifactId>
        <version>3.13.0</version>
      </plugin>
      <plugin>
        <artifactId>maven-jar-plugin</artifactId>
        <configuration>
          <archive><manifest><mainClass>org.example.Main</mainClass></manifest></archive>
        </configuration>
      </plugin>
    </plugins>
  </build>
</project>
"""
PARENT = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>all</artifactId>
  <version>1.0</version>
  <packaging>pom</packaging>
  <modules><module>shop</module></modules>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
</project>
"""
MODULE = POM.replace(
    "  <groupId>org.example</groupId>\n",
    "  <parent><groupId>org.example</groupId><artifactId>all</artifactId><version>1.0</version></parent>\n",
)
SOURCE = "src/main/java/org/example/Main.java"
PROJECTS: dict[str, tuple[Mapping[str, str], str]] = {
    "go": (GO, "."),
    "maven": ({"pom.xml": POM, SOURCE: JAVA_MAIN}, "."),
    "maven module": ({"pom.xml": PARENT, "shop/pom.xml": MODULE, f"shop/{SOURCE}": JAVA_MAIN}, "shop"),
}


def make(root: Path, name: str) -> tuple[Path, int]:
    """The build context with the Dockerfile and the allow-list that cdgen writes for the service, and its port."""
    files, directory = PROJECTS[name]
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    service = next(each for each in app.inspect(root).services if each.directory == directory)
    recipe = service.recipe
    assert recipe is not None, (service.commands.start, service.no_image)
    context = root / (recipe.context or service.directory)
    (context / "Dockerfile").write_text(render(recipe.template, **recipe.values, bases=recipe.bases, uid=recipe.uid))
    (context / ".dockerignore").write_text(render("image/dockerignore.j2", include=recipe.include, exclude=recipe.exclude))
    return context, service.port or 0


@pytest.mark.parametrize("name", PROJECTS)
def test_the_dockerfile_has_no_finding(name: str, tmp_path: Path) -> None:
    context, _ = make(tmp_path, name)
    assert hadolint.lint([context / "Dockerfile"]) == ()


@pytest.mark.parametrize("name", PROJECTS)
def test_the_image_serves(name: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    context, port = make(project, name)
    image = buildah.build(context)
    assert image.user == "65532:65532"
    assert not [path for path in buildah.files(image) if path.startswith(("app/notes/", "app/src/"))]
    with private.network(), buildah.serving(image, port):
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/").read() == b"served"


def test_code_that_does_not_compile_ends_the_build(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    context, _ = make(project, "go")
    (context / "internal/page/page.go").write_text("package page\n\nfunc Text(path string) []byte { return path }\n")
    with pytest.raises(Exception, match="cannot use path"):
        buildah.build(context)
