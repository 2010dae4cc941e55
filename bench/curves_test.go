package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"daybook/bench/chart"

	"github.com/google/go-cmp/cmp"
)

func TestAddPoint(t *testing.T) {
	c := new(chart.Chart)
	addPoint(c, "one", chart.Point{X: 1, Y: 2})
	addPoint(c, "two", chart.Point{X: 1, Y: 3})
	addPoint(c, "one", chart.Point{X: 10, Y: 4})
	want := []chart.Line{{Name: "one", Points: []chart.Point{{X: 1, Y: 2}, {X: 10, Y: 4}}}, {Name: "two", Points: []chart.Point{{X: 1, Y: 3}}}}
	if diff := cmp.Diff(want, c.Lines); diff != "" {
		t.Errorf("lines mismatch (-want +got):\n%s", diff)
	}
}

func TestCurvesPrintAndDraw(t *testing.T) {
	c := &chart.Chart{Name: "bench-some", Title: "Time", X: "lines", Y: "ms"}
	addPoint(c, "Q2", chart.Point{X: 1_000_000, Y: 12.345})
	r := &curveReport{Charts: []*chart.Chart{c}}
	var b strings.Builder
	if err := r.print(&b, (*table).markdown); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"NO INDEX", "| Time | lines | ms |", "| Q2 | 1,000,000 | 12.35 |"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
	drawing := &bench{options: &options{pictures: filepath.Join(t.TempDir(), "new")}}
	if err := drawing.draw(r.Charts); err != nil {
		t.Fatal(err)
	}
	picture, err := os.ReadFile(filepath.Join(drawing.pictures, "bench-some.svg"))
	if err != nil || string(picture) != string(c.SVG()) {
		t.Errorf("picture is %.100q, %v", picture, err)
	}
}
