// Command shortener serves short links, or, as "shortener migrate", brings the
// schema up to date and ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.org/acme/shortener/internal/config"
	"example.org/acme/shortener/internal/httpapi"
	"example.org/acme/shortener/internal/store"
	"example.org/acme/shortener/migrations"
)

func main() {
	cfg, err := config.Load()
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: cfg.LogLevel}))
	if err == nil {
		err = run(cfg, log, os.Args[1:])
	}
	if err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
}

func run(cfg config.Config, log *slog.Logger, args []string) error {
	switch {
	case len(args) == 0:
		return serve(cfg, log)
	case len(args) == 1 && args[0] == "migrate":
		return migrations.Up(cfg.DatabaseURL)
	default:
		return fmt.Errorf("unknown arguments %q: want none, or migrate", args)
	}
}

func serve(cfg config.Config, log *slog.Logger) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	links, err := store.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		return err
	}
	defer links.Close()

	server := &http.Server{
		Addr:              fmt.Sprintf(":%d", cfg.Port),
		Handler:           httpapi.New(links, log),
		ReadHeaderTimeout: 5 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	log.Info("listening", "port", cfg.Port)

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("shutting down", "timeout", cfg.ShutdownTimeout)
	grace, cancel := context.WithTimeout(context.Background(), cfg.ShutdownTimeout)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}
