// Package config reads the environment.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"
)

// Config is everything the service can be told from outside.
type Config struct {
	Port            int
	DatabaseURL     string
	LogLevel        slog.Level
	ShutdownTimeout time.Duration
}

// Load reads the environment and reports every mistake at once.
func Load() (Config, error) {
	var problems []error
	cfg := Config{Port: 8080, LogLevel: slog.LevelInfo, ShutdownTimeout: 10 * time.Second}

	if text := os.Getenv("PORT"); text != "" {
		port, err := strconv.Atoi(text)
		if err != nil || port < 1 || port > 65535 {
			problems = append(problems, fmt.Errorf("PORT: %q is not a port", text))
		}
		cfg.Port = port
	}
	if cfg.DatabaseURL = os.Getenv("DATABASE_URL"); cfg.DatabaseURL == "" {
		problems = append(problems, errors.New("DATABASE_URL: is required"))
	}
	if text := os.Getenv("LOG_LEVEL"); text != "" {
		if err := cfg.LogLevel.UnmarshalText([]byte(text)); err != nil {
			problems = append(problems, fmt.Errorf("LOG_LEVEL: %w", err))
		}
	}
	if text := os.Getenv("SHUTDOWN_TIMEOUT"); text != "" {
		timeout, err := time.ParseDuration(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("SHUTDOWN_TIMEOUT: %w", err))
		}
		cfg.ShutdownTimeout = timeout
	}
	return cfg, errors.Join(problems...)
}
