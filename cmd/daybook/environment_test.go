package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStrayVariables(t *testing.T) {
	environ := []string{
		"PATH=/bin", "HOME", "=C:=x",
		"DAYBOOK_JOURNAL=x", "DAYBOOK_TOKEN=x", "DAYBOOK_MAX_BATCH=7", "DAYBOOK_CONFIG=x",
		"DAYBOOK_TLS-CERT=x", "DAYBOOK_JURNAL=x", "DAYBOOK_TOKN=x", "DAYBOOK_URL=x", "DAYBOOK_=x",
		"DAYBOOK_PORT=tcp://10.0.0.1:7390", "DAYBOOK_journal=x", "DAYBOOK_LISTN=",
	}
	want := []strayVariable{
		{"DAYBOOK_", ""},
		{"DAYBOOK_JURNAL", "DAYBOOK_JOURNAL"},
		{"DAYBOOK_PORT", ""},
		{"DAYBOOK_TLS-CERT", "DAYBOOK_TLS_CERT"},
		{"DAYBOOK_TOKN", "DAYBOOK_TOKEN"},
		{"DAYBOOK_URL", ""},
		{"DAYBOOK_journal", "DAYBOOK_JOURNAL"},
	}
	if diff := cmp.Diff(want, strayVariables(environ), cmp.AllowUnexported(strayVariable{})); diff != "" {
		t.Errorf("strayVariables mismatch (-want +got):\n%s", diff)
	}
}
