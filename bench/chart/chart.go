// Package chart draws lines over logarithmic axes as SVG. A cost that grows in
// proportion is a straight line there, whatever its size.
package chart

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Point is one measurement. A coordinate that is not above zero is drawn at
// the axis's low end.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// A Line is the measurements of one thing, by ascending X.
type Line struct {
	Name   string  `json:"name"`
	Points []Point `json:"points"`
}

// A Chart is one picture.
type Chart struct {
	Name  string `json:"name"` // of its file, without the ending
	Title string `json:"title"`
	X     string `json:"x"` // what the axes count
	Y     string `json:"y"`
	Lines []Line `json:"lines"`
}

// Measures of the picture, in its own units.
const (
	width, height = 880, 420
	left, right   = 80, 350 // margins; names of lines stand on the right
	top, bottom   = 50, 60
)

// An axis maps values to places between low and high powers of ten.
type axis struct {
	low, high int     // exponents
	from, to  float64 // places of them
}

// newAxis returns an axis that holds all values.
func newAxis(values []float64, from, to float64) axis {
	a := axis{low: math.MaxInt, from: from, to: to}
	a.high = math.MinInt
	for _, v := range values {
		if v <= 0 {
			continue
		}
		a.low = min(a.low, int(math.Floor(math.Log10(v))))
		a.high = max(a.high, int(math.Ceil(math.Log10(v))))
	}
	if a.low > a.high { // nothing to hold
		a.low, a.high = 0, 1
	}
	a.high = max(a.high, a.low+1)
	return a
}

// place returns where a value stands.
func (a axis) place(value float64) float64 {
	exponent := float64(a.low)
	if value > 0 {
		exponent = math.Log10(value)
	}
	return a.from + (a.to-a.from)*(exponent-float64(a.low))/float64(a.high-a.low)
}

// SVG returns the picture. Equal charts give equal bytes.
func (c *Chart) SVG() []byte {
	var xs, ys []float64
	for _, line := range c.Lines {
		for _, p := range line.Points {
			xs, ys = append(xs, p.X), append(ys, p.Y)
		}
	}
	x, y := newAxis(xs, left, width-right), newAxis(ys, height-bottom, top)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	text(&b, left, 24, "start", c.Title)
	text(&b, (left+width-right)/2, height-14, "middle", c.X)
	text(&b, left, top-10, "end", c.Y)
	grid(&b, x, y)
	for i, line := range c.Lines {
		draw(&b, i, line, x, y)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// grid draws a line and a number at each power of ten.
func grid(b *strings.Builder, x, y axis) {
	for e := x.low; e <= x.high; e++ {
		at := x.place(math.Pow10(e))
		fmt.Fprintf(b, `<path d="M%s %dV%d" stroke="#ddd"/>`+"\n", number(at), top, height-bottom)
		text(b, at, height-bottom+18, "middle", power(e))
	}
	for e := y.low; e <= y.high; e++ {
		at := y.place(math.Pow10(e))
		fmt.Fprintf(b, `<path d="M%d %sH%d" stroke="#ddd"/>`+"\n", left, number(at), width-right)
		text(b, left-8, at+4, "end", power(e))
	}
}

// draw draws the i-th line, and its name where it ends in the list on the
// right.
func draw(b *strings.Builder, i int, line Line, x, y axis) {
	colours := [...]string{"#1b6ca8", "#c8553d", "#4d8b31", "#8e4585", "#b8860b", "#5b5b5b"}
	colour := colours[i%len(colours)]
	var path strings.Builder
	for j, p := range line.Points {
		command := "L"
		if j == 0 {
			command = "M"
		}
		path.WriteString(command + number(x.place(p.X)) + " " + number(y.place(p.Y)))
		fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="3" fill="%s"/>`+"\n", number(x.place(p.X)), number(y.place(p.Y)), colour)
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", path.String(), colour)
	at := top + 20*i
	fmt.Fprintf(b, `<path d="M%d %dh16" stroke="%s" stroke-width="2"/>`+"\n", width-right+14, at, colour)
	text(b, width-right+36, float64(at+4), "start", line.Name)
}

// text writes a text that is anchored at a place.
func text(b *strings.Builder, x, y float64, anchor, content string) {
	fmt.Fprintf(b, `<text x="%s" y="%s" text-anchor="%s">`, number(x), number(y), anchor)
	_ = xml.EscapeText(b, []byte(content)) // a Builder takes everything
	b.WriteString("</text>\n")
}

// number returns a place with at most one decimal.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// power returns a power of ten as a plain number.
func power(exponent int) string {
	if exponent < 0 {
		return strconv.FormatFloat(math.Pow10(exponent), 'f', -exponent, 64)
	}
	digits := "1" + strings.Repeat("0", exponent)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
