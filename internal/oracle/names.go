package oracle

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// A namePattern tells the names of day files from others.
type namePattern struct{ re *regexp.Regexp }

// parsePattern reads a pattern with {date} once.
func parsePattern(pattern string) (namePattern, error) {
	prefix, suffix, ok := strings.Cut(pattern, "{date}")
	if !ok || strings.Contains(suffix, "{date}") {
		return namePattern{}, fmt.Errorf("pattern %q: {date} must stand in it once", pattern)
	}
	// "{date} … read as YYYY-MM-DD or YYYYMMDD"; "numbers >= 1, no leading
	// zeros"; ".gz and .zst may follow". The number stands right after the date.
	re := `^(` + regexp.QuoteMeta(prefix) + `(\d{4}-\d{2}-\d{2}|\d{8})(?:\.([1-9]\d*))?` +
		regexp.QuoteMeta(suffix) + `)(\.gz|\.zst)?$`
	return namePattern{regexp.MustCompile(re)}, nil
}

// A partName is what the name of a day file says.
type partName struct {
	base   string // the name of the part: without .gz and .zst
	day    int64  // its UTC day, counted from 1970-01-01
	number string // its part number in decimal, "" for the unnumbered file
	packed string // "", ".gz" or ".zst"
}

// parse reads a file name; ok is false for names that are none of the
// journal's, such as dates that are not real.
func (p namePattern) parse(name string) (n partName, ok bool) {
	m := p.re.FindStringSubmatch(name)
	if m == nil {
		return partName{}, false
	}
	date, err := time.Parse("20060102", strings.ReplaceAll(m[2], "-", ""))
	if err != nil || date.Year() == 0 {
		return partName{}, false
	}
	return partName{base: m[1], day: dayOf(date.Unix()), number: m[3], packed: m[4]}, true
}

// compareParts orders parts by position: "(numbers …), in numeric order, then
// the unnumbered file". Parts of one number, which differ in how they spell
// the date, go by name.
func compareParts(a, b partName) int {
	return cmp.Or(
		cmp.Compare(a.day, b.day),
		cmp.Compare(unnumbered(a), unnumbered(b)),
		cmp.Compare(len(a.number), len(b.number)),
		cmp.Compare(a.number, b.number),
		cmp.Compare(a.base, b.base),
	)
}

// unnumbered is 1 for the live file of a day, which stands last.
func unnumbered(n partName) int {
	if n.number == "" {
		return 1
	}
	return 0
}
