package auth

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// TestSecretNeverShows prints a secret, bare and inside other values, every
// way the program could, and looks for any of its text in the outcome.
func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	type holder struct {
		Name   string
		Token  Secret
		Ptr    *Secret
		List   []Secret
		Nested struct{ Any any }
	}
	secret := Secret("dbk_canary0canary0canary0")
	h := holder{Name: "kept", Token: secret, Ptr: &secret, List: []Secret{secret}}
	h.Nested.Any = secret

	outputs := make(map[string]string)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%10.3s", "%U", "%t"} {
		for name, value := range map[string]any{"bare": secret, "pointer": &secret, "holder": h, "list": h.List, "keyed": map[Secret]Secret{secret: secret}} {
			outputs[verb+" "+name] = fmt.Sprintf(verb, value)
		}
	}
	outputs["Sprint"] = fmt.Sprint(secret, h)
	outputs["Errorf"] = fmt.Errorf("refused %s: %w", secret, errors.New("x")).Error()
	outputs["String"] = secret.String() + secret.GoString()
	for name, value := range map[string]any{"bare": secret, "holder": h} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Errorf("json.Marshal(%s): %v", name, err)
		}
		outputs["json "+name] = string(text)
		outputs["zap any "+name] = zapLine(zap.Any("token", value))
		outputs["zap reflect "+name] = zapLine(zap.Reflect("token", value))
	}
	outputs["zap stringer"] = zapLine(zap.Stringer("token", secret))
	text, err := xml.Marshal(secret)
	if err != nil {
		t.Error(err)
	}
	outputs["xml"] = string(text)
	var buf bytes.Buffer
	slog.New(slog.NewTextHandler(&buf, nil)).Info("x", "token", secret, "holder", h)
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("x", "token", secret, "holder", h)
	outputs["slog"] = buf.String()
	buf.Reset()
	if err := gob.NewEncoder(&buf).Encode(secret); err != nil {
		t.Error(err)
	}
	outputs["gob"] = buf.String()

	hexCanary := fmt.Sprintf("%x", "canary")
	for name, out := range outputs {
		lower := strings.ToLower(strings.ReplaceAll(out, " ", ""))
		if strings.Contains(lower, "canary") || strings.Contains(lower, hexCanary) {
			t.Errorf("%s shows the secret: %s", name, out)
		}
		// Only a pointer under fmt may print as an address instead.
		if !strings.Contains(out, mask) && !strings.Contains(out, "0x") && !strings.Contains(name, "pointer") {
			t.Errorf("%s shows neither secret nor mask: %s", name, out)
		}
	}
	if got := secret.Reveal(); got != "dbk_canary0canary0canary0" {
		t.Errorf("Reveal() = %q", got)
	}
}

// zapLine returns the line that zap's JSON encoder writes for one field.
func zapLine(f zap.Field) string {
	line, err := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()).EncodeEntry(zapcore.Entry{}, []zap.Field{f})
	if err != nil {
		return err.Error()
	}
	return line.String()
}

func TestSecretDecodes(t *testing.T) {
	t.Parallel()
	var params struct{ Token Secret }
	if err := json.Unmarshal([]byte(`{"token":"dbk_x"}`), &params); err != nil || params.Token.Reveal() != "dbk_x" {
		t.Errorf("decoded %q, %v; want dbk_x", params.Token.Reveal(), err)
	}
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	const digits = "abcdefghijklmnopqrstuvwxyz234567"
	seen := make(map[Secret]bool)
	var used [52][len(digits)]bool
	for range 2000 {
		s := newSecret()
		text, ok := strings.CutPrefix(s.Reveal(), "dbk_")
		if !ok || len(text) != 52 || seen[s] {
			t.Fatalf("newSecret() = %q: want dbk_ and 52 characters, never twice", s.Reveal())
		}
		seen[s] = true
		for i, r := range text {
			d := strings.IndexRune(digits, r)
			if d < 0 {
				t.Fatalf("newSecret() = %q: %q is not of the alphabet", s.Reveal(), r)
			}
			used[i][d] = true
		}
	}
	for i := range used {
		for d := range digits {
			// The last character carries one bit: 256 = 51·5 + 1.
			if want := i < 51 || d == 0 || d == 16; used[i][d] != want {
				t.Errorf("digit %q at place %d: used %t in 2000 secrets, want %t", digits[d], i, used[i][d], want)
			}
		}
	}
}
