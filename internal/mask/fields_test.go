package mask

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// TestFieldsLinear bounds what it takes to mask forms that are made for taking long.
func TestFieldsLinear(t *testing.T) {
	const most = 64 // bytes allocated for each byte of text
	groups := new(strings.Builder)
	for i := 0; groups.Len() < 1<<20; i++ {
		fmt.Fprintf(groups, "%d.k=token&%d.v=secret-value&", i, i)
	}
	for name, text := range map[string]string{
		"groups":            groups.String(),
		"names and values":  strings.Repeat("k=token&v=secret-value&", 1<<20/23),
		"names":             strings.Repeat("k=token&", 1<<20/8) + "v=secret-value",
		"values":            strings.Repeat("v=secret-value&", 1<<20/15) + "k=token",
		"brackets":          strings.Repeat("[", 1<<20) + "v]=x&k=token&v=secret-value",
		"one name too many": strings.Repeat("k=a&v=secret-value&", 1<<20/19) + "k=token",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := new(Masker).Form(text)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > most*uint64(len(text)) {
			t.Errorf("%s: %d bytes allocated for a text of %d, want at most %d times as many", name, n, len(text), most)
		} else {
			t.Logf("%s: %d bytes, %.1f times as many allocated", name, len(text), float64(n)/float64(len(text)))
		}
		if strings.Contains(got, "secret-value") {
			t.Errorf("%s: shown as %.200s", name, got)
		}
	}
}
