// Package link knows what a short link is.
package link

import (
	"crypto/rand"
	"errors"
	"net/url"
)

// ErrNotFound says that no link has the code.
var ErrNotFound = errors.New("link not found")

// ErrBadURL says that an address is not one we redirect to.
var ErrBadURL = errors.New("url must be absolute, http or https")

// Link is a short code and the address it stands for.
type Link struct {
	Code string
	URL  string
	Hits int64
}

const (
	alphabet   = "abcdefghijkmnpqrstuvwxyz23456789" // 32 letters, none easily mistaken
	codeLength = 8
)

// New makes a link with a random code.
func New(target string) (Link, error) {
	parsed, err := url.Parse(target)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return Link{}, ErrBadURL
	}
	raw := make([]byte, codeLength)
	_, _ = rand.Read(raw) // never fails (documented)
	for i, b := range raw {
		raw[i] = alphabet[int(b)%len(alphabet)]
	}
	return Link{Code: string(raw), URL: target}, nil
}
