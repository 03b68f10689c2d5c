package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.org/acme/shortener/internal/link"
)

// memory keeps links in a map; down makes every call fail.
type memory struct {
	links map[string]link.Link
	down  bool
}

var errDown = errors.New("down")

func (m *memory) Ping(context.Context) error {
	if m.down {
		return errDown
	}
	return nil
}

func (m *memory) Save(_ context.Context, l link.Link) error {
	if m.down {
		return errDown
	}
	m.links[l.Code] = l
	return nil
}

func (m *memory) Visit(_ context.Context, code string) (link.Link, error) {
	if m.down {
		return link.Link{}, errDown
	}
	found, ok := m.links[code]
	if !ok {
		return link.Link{}, link.ErrNotFound
	}
	return found, nil
}

func serve(m *memory, method, path, body string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	handler := New(m, slog.New(slog.DiscardHandler))
	handler.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
	return answer
}

func TestStatus(t *testing.T) {
	known := map[string]link.Link{"abc": {Code: "abc", URL: "https://example.org/"}}
	for _, c := range []struct {
		name, method, path, body string
		down                     bool
		want                     int
	}{
		{name: "alive", method: "GET", path: "/healthz", want: 200},
		{name: "alive without database", method: "GET", path: "/healthz", down: true, want: 200},
		{name: "ready", method: "GET", path: "/readyz", want: 200},
		{name: "not ready without database", method: "GET", path: "/readyz", down: true, want: 503},
		{name: "metrics", method: "GET", path: "/metrics", want: 200},
		{name: "known code", method: "GET", path: "/abc", want: 302},
		{name: "unknown code", method: "GET", path: "/xyz", want: 404},
		{name: "visit without database", method: "GET", path: "/abc", down: true, want: 500},
		{name: "create", method: "POST", path: "/links", body: `{"url":"https://example.org"}`, want: 201},
		{name: "create without database", method: "POST", path: "/links", body: `{"url":"https://example.org"}`, down: true, want: 500},
		{name: "not JSON", method: "POST", path: "/links", body: `url=x`, want: 400},
		{name: "too long", method: "POST", path: "/links", body: `{"url":"` + strings.Repeat("x", maxBody) + `"}`, want: 400},
		{name: "no redirect to scripts", method: "POST", path: "/links", body: `{"url":"javascript:1"}`, want: 422},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := serve(&memory{links: known, down: c.down}, c.method, c.path, c.body).Code; got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestCreatedLinkRedirects(t *testing.T) {
	m := &memory{links: map[string]link.Link{}}
	var made struct{ Code string }
	if err := json.Unmarshal(serve(m, "POST", "/links", `{"url":"https://example.org/x"}`).Body.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	answer := serve(m, "GET", "/"+made.Code, "")
	if answer.Code != http.StatusFound || answer.Header().Get("Location") != "https://example.org/x" {
		t.Errorf("got %d to %q", answer.Code, answer.Header().Get("Location"))
	}
}
