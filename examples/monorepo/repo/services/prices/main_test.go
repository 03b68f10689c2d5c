package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRoutes(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/healthz", 200, ""},
		{"GET", "/prices/tea", 200, `{"cents":450}`},
		{"GET", "/prices/gold", 404, "404 page not found"},
		{"POST", "/prices/tea", 405, "Method Not Allowed"},
	} {
		answer := httptest.NewRecorder()
		routes(map[string]int{"tea": 450}).ServeHTTP(answer, httptest.NewRequest(c.method, c.path, nil))
		if got := strings.TrimSpace(answer.Body.String()); answer.Code != c.status || got != c.body {
			t.Errorf("%s %s: got %d %q, want %d %q", c.method, c.path, answer.Code, got, c.status, c.body)
		}
	}
}

func TestPriceListIsSound(t *testing.T) {
	var prices map[string]int
	if err := json.Unmarshal(priceList, &prices); err != nil || len(prices) == 0 {
		t.Fatalf("%d prices, %v", len(prices), err)
	}
	for sku, cents := range prices {
		if cents <= 0 {
			t.Errorf("%s costs %d", sku, cents)
		}
	}
}
