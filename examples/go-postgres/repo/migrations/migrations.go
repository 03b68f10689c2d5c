// Package migrations carries the schema inside the binary.
package migrations

import (
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	_ "github.com/golang-migrate/migrate/v4/database/pgx/v5" // registers pgx5://
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

//go:embed *.sql
var files embed.FS

// Up brings the database at databaseURL to the newest schema. It is safe to
// run from several places at once: the driver holds an advisory lock.
func Up(databaseURL string) error {
	source, err := iofs.New(files, ".")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	m, err := migrate.NewWithSourceInstance("iofs", source, pgx5URL(databaseURL))
	if err != nil {
		return fmt.Errorf("connect for migrations: %w", err)
	}
	defer m.Close()
	if err := m.Up(); err != nil && !errors.Is(err, migrate.ErrNoChange) {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// pgx5URL changes the scheme to the one the driver is registered under.
func pgx5URL(databaseURL string) string {
	_, rest, found := strings.Cut(databaseURL, "://")
	if !found {
		return databaseURL
	}
	return "pgx5://" + rest
}
