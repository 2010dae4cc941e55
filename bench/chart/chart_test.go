package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestAxis(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		few    int
		marks  []float64
		value  float64
		place  float64
	}{
		{[]float64{1, 1000}, 0, []float64{1, 10, 100, 1000}, 10, 100},
		{[]float64{0.5, 200}, 0, []float64{0.1, 1, 10, 100, 1000}, 10, 150},
		{[]float64{100}, 5, []float64{100, 1000}, 100, 0},    // one value still makes an axis
		{[]float64{0, 10, 100}, 0, []float64{10, 100}, 0, 0}, // zero stands at the low end
		{nil, 5, []float64{1, 10}, 10, 300},
		{[]float64{64, 1, 8, 8, 1}, 3, []float64{1, 8, 64}, 8, 150},
		{[]float64{64, 1, 8}, 2, []float64{1, 10, 100}, 10, 150},
	} {
		a := newAxis(tt.values, tt.few, 0, 300)
		if !slices.Equal(a.marks, tt.marks) || math.Abs(a.place(tt.value)-tt.place) > 1e-9 {
			t.Errorf("axis of %v, few %d, marks %v with %v at %v, want %v, %v", tt.values, tt.few, a.marks, tt.value, a.place(tt.value), tt.marks, tt.place)
		}
	}
}

func TestSVG(t *testing.T) {
	c := &Chart{
		Title: "cost <by> size", X: "lines", Y: "ms",
		Lines: []Line{{"Q1 & more", []Point{{1000, 1}, {1_000_000, 10}}}, {"Q2", []Point{{1000, 2}}}},
	}
	picture := string(c.SVG())
	decoder := xml.NewDecoder(strings.NewReader(picture))
	var texts []string
	circles := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in:\n%s", err, picture)
		}
		switch token := token.(type) {
		case xml.CharData:
			texts = append(texts, string(token))
		case xml.StartElement:
			if token.Name.Local == "circle" {
				circles++
			}
		}
	}
	if circles != 3 {
		t.Errorf("%d points, want 3", circles)
	}
	all := strings.Join(texts, "|")
	for _, want := range []string{"cost <by> size", "lines", "ms", "Q1 & more", "Q2", "1,000", "1,000,000", "10"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q among the texts %s", want, all)
		}
	}
	// The second point of the first line stands where both axes end.
	if !strings.Contains(picture, `<circle cx="550" cy="72" r="3"`) {
		t.Errorf("no point at the end of both axes in:\n%s", picture)
	}
	if again := string(c.SVG()); again != picture {
		t.Error("the same chart gives another picture")
	}
}

func TestGrouped(t *testing.T) {
	for value, want := range map[float64]string{0.01: "0.01", 0.1: "0.1", 1: "1", 100: "100", 1000: "1,000", 12345.5: "12,345.5", 1e7: "10,000,000"} {
		if got := grouped(value); got != want {
			t.Errorf("grouped(%v) = %s, want %s", value, got, want)
		}
	}
}

// Numbers that would stand upon each other are left out, but for the first.
func TestCrowdedNumbers(t *testing.T) {
	c := &Chart{Lines: []Line{{"a", []Point{{1_000_000, 1}, {1_000_001, 2}, {9_000_000, 3}}}}}
	picture := string(c.SVG())
	for label, want := range map[string]bool{">1,000,000<": true, ">1,000,001<": false, ">9,000,000<": true} {
		if strings.Contains(picture, label) != want {
			t.Errorf("%s is in the picture: %t", label, !want)
		}
	}
}
