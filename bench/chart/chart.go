// Package chart draws lines over logarithmic axes as SVG. A cost that grows in
// proportion is a straight line there, whatever its size.
package chart

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
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
	height      = 420
	plot        = 470 // width of what lies between the axes' ends
	left        = 80  // margins
	top, bottom = 72, 60
	beside      = 48  // between the plot and the names on the right
	letter      = 6.6 // about the width of one in a name
	digit       = 6   // of one in a number, commas included
	mostValues  = 9   // that the lower axis names one by one
)

// style makes the picture one of a dark page where the page is dark.
const style = `<style>
text{fill:#1f2328}.title{font-size:15px;font-weight:600}.back{fill:#fff}.grid{stroke:#d8dee4}.axis{stroke:#8c959f}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.back{fill:#0d1117}.grid{stroke:#30363d}.axis{stroke:#6e7681}}
</style>
`

// colours are of the lines, in their order; they can be told from a light and a
// dark ground.
var colours = [...]string{"#2f81f7", "#e5534b", "#3fa34d", "#a371f7", "#c69026", "#768390"}

// An axis maps values to places. Its marks are values that get a line and a
// number.
type axis struct {
	low, high float64 // logarithms of the values at the ends
	from, to  float64 // their places
	marks     []float64
}

// newAxis returns an axis that holds all values, and marks them where they are
// few. Else it ends with powers of ten, and marks these.
func newAxis(values []float64, few int, from, to float64) axis {
	values = slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return v <= 0 })
	slices.Sort(values)
	values = slices.Compact(values)
	a := axis{low: 0, high: 1, from: from, to: to}
	if len(values) > 1 && len(values) <= few {
		a.low, a.high, a.marks = math.Log10(values[0]), math.Log10(values[len(values)-1]), values
		return a
	}
	if len(values) > 0 {
		a.low = math.Floor(math.Log10(values[0]))
		a.high = max(math.Ceil(math.Log10(values[len(values)-1])), a.low+1)
	}
	for e := a.low; e <= a.high; e++ {
		a.marks = append(a.marks, math.Pow10(int(e)))
	}
	return a
}

// place returns where a value stands.
func (a axis) place(value float64) float64 {
	exponent := a.low
	if value > 0 {
		exponent = math.Log10(value)
	}
	return a.from + (a.to-a.from)*(exponent-a.low)/(a.high-a.low)
}

// axes returns the axes that hold all points.
func (c *Chart) axes() (x, y axis) {
	var xs, ys []float64
	for _, line := range c.Lines {
		for _, p := range line.Points {
			xs, ys = append(xs, p.X), append(ys, p.Y)
		}
	}
	return newAxis(xs, mostValues, left, left+plot), newAxis(ys, 0, height-bottom, top)
}

// width returns how wide the picture is: as the longest name needs.
func (c *Chart) width() int {
	longest := 0
	for _, line := range c.Lines {
		longest = max(longest, utf8.RuneCountInString(line.Name))
	}
	return left + plot + beside + int(letter*float64(longest)) + 20
}

// SVG returns the picture. Equal charts give equal bytes.
func (c *Chart) SVG() []byte {
	x, y := c.axes()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" font-family="sans-serif" font-size="12">`+"\n", c.width(), height)
	b.WriteString(style)
	fmt.Fprintf(&b, `<rect class="back" width="%d" height="%d" rx="6"/>`+"\n", c.width(), height)
	text(&b, left, 28, `class="title"`, c.Title)
	text(&b, left+plot/2, height-16, anchored("middle"), c.X)
	text(&b, left-8, top-20, anchored("end"), c.Y)
	grid(&b, x, y)
	for i, line := range c.Lines {
		draw(&b, i, line, x, y)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// grid draws the axes, and a line and a number at each mark.
func grid(b *strings.Builder, x, y axis) {
	free := math.Inf(-1) // where the last number on the lower axis ends
	for _, value := range x.marks {
		at := x.place(value)
		fmt.Fprintf(b, `<path class="grid" d="M%s %dV%d"/>`+"\n", number(at), top, height-bottom)
		label := grouped(value)
		if half := digit*float64(len(label))/2 + 3; at-half >= free {
			text(b, at, height-bottom+18, anchored("middle"), label)
			free = at + half
		}
	}
	for _, value := range y.marks {
		at := y.place(value)
		fmt.Fprintf(b, `<path class="grid" d="M%d %sH%d"/>`+"\n", left, number(at), left+plot)
		text(b, left-8, at+4, anchored("end"), grouped(value))
	}
	fmt.Fprintf(b, `<path class="axis" fill="none" d="M%d %dV%dH%d"/>`+"\n", left, top, height-bottom, left+plot)
}

// draw draws the i-th line, and its name where it ends in the list on the
// right.
func draw(b *strings.Builder, i int, line Line, x, y axis) {
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
	at := top + 8 + 20*i
	fmt.Fprintf(b, `<path d="M%d %dh16" stroke="%s" stroke-width="3"/>`+"\n", left+plot+22, at, colour)
	text(b, left+plot+beside, float64(at+4), anchored("start"), line.Name)
}

// anchored returns the attribute of a text that is anchored there.
func anchored(at string) string { return `text-anchor="` + at + `"` }

// text writes a text at a place.
func text(b *strings.Builder, x, y float64, attribute, content string) {
	fmt.Fprintf(b, `<text x="%s" y="%s" %s>`, number(x), number(y), attribute)
	_ = xml.EscapeText(b, []byte(content)) // a Builder takes everything
	b.WriteString("</text>\n")
}

// number returns a place with at most one decimal.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// grouped returns a value as a plain number, its thousands set apart.
func grouped(value float64) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(value, 'f', -1, 64), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		return whole + "." + fraction
	}
	return whole
}
