package requestapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPythonExamples runs the examples of the API's documentation as they stand
// there, but for host and key.
func TestPythonExamples(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	r := newRig(t, map[string][]string{
		"2026-04-20": {`{"id":1,"created_at":"2026-04-20T23:59:59.999999Z","status_code":500,"exception_type":"ValueError","endpoint":"/a"}`},
		"2026-04-21": {
			`{"id":2,"created_at":"2026-04-21T00:00:00Z","status_code":500,"exception_type":"ValueError","endpoint":"/b"}`,
			`{"id":3,"created_at":"2026-04-21T10:00:00Z","status_code":500,"exception_type":null,"endpoint":"/c"}`,
			`{"id":4,"created_at":"2026-04-21T11:00:00Z","status_code":404,"exception_type":"NotFound","endpoint":"/d"}`,
			`{"id":5,"created_at":"2026-04-21T12:00:00Z","status_code":200,"method":"GET","device_type":"mobile","duration":"1.000000","endpoint":"/e"}`,
			`{"id":6,"created_at":"2026-04-21T12:00:00Z","status_code":200,"method":"GET","device_type":"mobile","duration":"0.999999","endpoint":"/f"}`,
			`{"id":7,"created_at":"2026-04-21T12:00:00Z","status_code":200,"method":"GET","device_type":"pc","duration":"2.000000","endpoint":"/g"}`,
		},
		"2026-04-22": {
			`{"id":8,"created_at":"2026-04-22T09:00:00.5Z","status_code":500,"exception_type":"KeyError","endpoint":"/h","user":{"id":3,"username":"ann","full_name":""}}`,
			`{"id":9,"created_at":"2026-04-22T10:00:00Z","status_code":200,"exception_type":"","method":"GET","device_type":"mobile","duration":"12.5","endpoint":"/i"}`,
			`{"id":10,"created_at":"2026-04-22T10:00:00Z","status_code":200,"exception_type":"X","method":"GET","device_type":"mobile","duration":"12.5","endpoint":"/j"}`,
		},
	}, nil)
	for name, want := range map[string]string{
		"listing.py": "Found 2 requests\n9: GET /i took 12.500000 s\n5: GET /e took 1.000000 s\n",
		"errors.py":  "2026-04-22T09:00:00.500000Z ann: KeyError at /h\n2026-04-21T00:00:00.000000Z anonymous: ValueError at /b\n",
	} {
		text, err := os.ReadFile(filepath.Join("testdata", "python", name))
		if err != nil {
			t.Fatal(err)
		}
		script := strings.NewReplacer("http://www.example.com", r.URL, "<your_api_key>", "SESSION_ADMIN").Replace(string(text))
		cmd := exec.Command(python, "-")
		cmd.Stdin = strings.NewReader(script)
		cmd.Env = append(os.Environ(), "PYTHONPATH="+filepath.Join("testdata", "python"), "PYTHONDONTWRITEBYTECODE=1", "no_proxy=127.0.0.1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		if diff := cmp.Diff(want, string(out)); diff != "" {
			t.Errorf("%s prints (-want +got):\n%s", name, diff)
		}
	}
}
