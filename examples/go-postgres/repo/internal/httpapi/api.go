// Package httpapi is the service as seen over HTTP.
package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.org/acme/shortener/internal/link"
)

// Links is what the API needs of a store.
type Links interface {
	Ping(ctx context.Context) error
	Save(ctx context.Context, l link.Link) error
	Visit(ctx context.Context, code string) (link.Link, error)
}

const maxBody = 8 << 10

// New returns the routes of the service.
func New(links Links, log *slog.Logger) http.Handler {
	api := &api{links: links, log: log}
	router := chi.NewRouter()
	router.Use(middleware.Recoverer, middleware.Timeout(5*time.Second))
	router.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	router.Get("/readyz", api.ready)
	router.Handle("/metrics", promhttp.Handler())
	router.Post("/links", api.create)
	router.Get("/{code}", api.visit)
	return router
}

type api struct {
	links Links
	log   *slog.Logger
}

func (a *api) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.links.Ping(r.Context()); err != nil {
		a.log.WarnContext(r.Context(), "not ready", "error", err)
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (a *api) create(w http.ResponseWriter, r *http.Request) {
	var body struct {
		URL string `json:"url"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&body); err != nil {
		http.Error(w, "body must be JSON", http.StatusBadRequest)
		return
	}
	made, err := link.New(body.URL)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	if err := a.links.Save(r.Context(), made); err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": made.Code})
}

func (a *api) visit(w http.ResponseWriter, r *http.Request) {
	found, err := a.links.Visit(r.Context(), chi.URLParam(r, "code"))
	switch {
	case errors.Is(err, link.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		a.fail(w, r, err)
	default:
		http.Redirect(w, r, found.URL, http.StatusFound)
	}
}

func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	a.log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err)
	http.Error(w, "internal error", http.StatusInternalServerError)
}
