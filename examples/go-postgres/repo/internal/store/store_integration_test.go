//go:build integration

package store

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"

	"example.org/acme/shortener/internal/link"
	"example.org/acme/shortener/migrations"
)

// open skips on a laptop without a database, and fails in CI.
func open(t *testing.T) *Store {
	t.Helper()
	databaseURL := os.Getenv("DATABASE_URL")
	if databaseURL == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("DATABASE_URL is not set")
		}
		t.Skip("DATABASE_URL is not set")
	}
	if err := migrations.Up(databaseURL); err != nil {
		t.Fatal(err)
	}
	store, err := Open(context.Background(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return store
}

func saved(t *testing.T, store *Store) link.Link {
	t.Helper()
	made, err := link.New("https://example.org/")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Save(context.Background(), made); err != nil {
		t.Fatal(err)
	}
	return made
}

func TestPing(t *testing.T) {
	if err := open(t).Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestMigrationsRunTwice(t *testing.T) {
	open(t)
	if err := migrations.Up(os.Getenv("DATABASE_URL")); err != nil {
		t.Fatal(err)
	}
}

func TestVisitUnknown(t *testing.T) {
	if _, err := open(t).Visit(context.Background(), "no-such-code"); !errors.Is(err, link.ErrNotFound) {
		t.Fatalf("got %v, want ErrNotFound", err)
	}
}

func TestSaveRefusesDuplicate(t *testing.T) {
	store := open(t)
	if err := store.Save(context.Background(), saved(t, store)); err == nil {
		t.Fatal("the same code was saved twice")
	}
}

func TestVisitCountsConcurrentHits(t *testing.T) {
	store := open(t)
	made := saved(t, store)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := store.Visit(context.Background(), made.Code); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	last, err := store.Visit(context.Background(), made.Code)
	if err != nil || last.Hits != 21 || last.URL != made.URL {
		t.Fatalf("got %+v, %v; want 21 hits", last, err)
	}
}
