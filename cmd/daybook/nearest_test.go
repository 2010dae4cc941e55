package main

import (
	"testing"

	"github.com/spf13/pflag"
)

func TestNearest(t *testing.T) {
	var names []string
	newSettings().each(func(f *pflag.Flag) { names = append(names, f.Name) })
	for _, tt := range []struct{ name, want string }{
		{"jurnal", "journal"},
		{"jounral", "journal"},
		{"tls_cert", "tls-cert"},
		{"TLS_CERT", "tls-cert"},
		{"tls-crt", "tls-cert"},
		{"cert", "tls-cert"},
		{"max-conections", "max-connections"},
		{"request-log-bodies", "request-log-body"},
		{"allow-origins", "allow-origin"},
		{"trusted", "trusted-proxy"},
		{"dta", "data"},
		{"listen-address", "listen"},
		{"colour", ""},
		{"url", ""},
		{"port", ""},
		{"x", ""},
		{"", ""},
	} {
		if got := nearest(tt.name, names); got != tt.want {
			t.Errorf("nearest(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"jurnal", "journal", 1},
		{"jounral", "journal", 1},
		{"kitten", "sitting", 3},
		{"ab", "ba", 1},
	} {
		if got := editDistance(tt.a, tt.b); got != tt.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := editDistance(tt.b, tt.a); got != tt.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}
