package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAxis(t *testing.T) {
	for _, tt := range []struct {
		values    []float64
		low, high int
		value     float64
		place     float64
	}{
		{[]float64{1, 1000}, 0, 3, 10, 100},
		{[]float64{0.5, 200}, -1, 3, 10, 150},
		{[]float64{100}, 2, 3, 100, 0},      // one value still makes an axis
		{[]float64{0, 10, 100}, 1, 2, 0, 0}, // zero stands at the low end
		{nil, 0, 1, 10, 300},
	} {
		a := newAxis(tt.values, 0, 300)
		if a.low != tt.low || a.high != tt.high || a.place(tt.value) != tt.place {
			t.Errorf("axis of %v is from %d to %d with %v at %v, want %d, %d, %v", tt.values, a.low, a.high, tt.value, a.place(tt.value), tt.low, tt.high, tt.place)
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
	for _, want := range []string{"cost <by> size", "lines", "ms", "Q1 & more", "Q2", "1,000", "10,000", "100,000", "1,000,000"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q among the texts %s", want, all)
		}
	}
	// The second point of the first line stands where both axes end.
	if !strings.Contains(picture, `<circle cx="530" cy="50" r="3"`) {
		t.Errorf("no point at the end of both axes in:\n%s", picture)
	}
	if again := string(c.SVG()); again != picture {
		t.Error("the same chart gives another picture")
	}
}

func TestPower(t *testing.T) {
	for exponent, want := range map[int]string{-2: "0.01", -1: "0.1", 0: "1", 2: "100", 3: "1,000", 7: "10,000,000"} {
		if got := power(exponent); got != want {
			t.Errorf("power(%d) = %s, want %s", exponent, got, want)
		}
	}
}
