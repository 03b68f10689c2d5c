package link

import (
	"errors"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	for _, target := range []string{"", "example.org", "ftp://example.org", "javascript:alert(1)", "https://", "://"} {
		if _, err := New(target); !errors.Is(err, ErrBadURL) {
			t.Errorf("New(%q): got %v, want ErrBadURL", target, err)
		}
	}
}

func TestNewMakesDistinctCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		made, err := New("https://example.org/a?b=c")
		if err != nil {
			t.Fatal(err)
		}
		if len(made.Code) != codeLength || seen[made.Code] {
			t.Fatalf("code %q is short or was seen before", made.Code)
		}
		seen[made.Code] = true
	}
}
