// Package store keeps links in PostgreSQL.
package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.org/acme/shortener/internal/link"
)

// Store is safe for use by many goroutines.
type Store struct {
	pool *pgxpool.Pool
}

// Open does not wait for the database: Ping tells when it is there.
func Open(ctx context.Context, databaseURL string) (*Store, error) {
	pool, err := pgxpool.New(ctx, databaseURL)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return &Store{pool: pool}, nil
}

// Close waits until every connection is given back.
func (s *Store) Close() { s.pool.Close() }

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// Save writes a new link.
func (s *Store) Save(ctx context.Context, l link.Link) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO links (code, url) VALUES ($1, $2)`, l.Code, l.URL)
	if err != nil {
		return fmt.Errorf("save link: %w", err)
	}
	return nil
}

// Visit counts a hit and returns the link, or link.ErrNotFound.
func (s *Store) Visit(ctx context.Context, code string) (link.Link, error) {
	found := link.Link{Code: code}
	row := s.pool.QueryRow(ctx, `UPDATE links SET hits = hits + 1 WHERE code = $1 RETURNING url, hits`, code)
	switch err := row.Scan(&found.URL, &found.Hits); {
	case errors.Is(err, pgx.ErrNoRows):
		return link.Link{}, link.ErrNotFound
	case err != nil:
		return link.Link{}, fmt.Errorf("visit link: %w", err)
	}
	return found, nil
}
