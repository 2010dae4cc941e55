package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A size is a number of bytes as a flag: "4096", "64KiB", "1MiB", "2GiB".
// It implements pflag.Value.
type size int64

// A sizeUnit is what may stand after a number.
type sizeUnit struct {
	suffix string
	bytes  int64
}

// sizeUnits returns the units, the largest first.
func sizeUnits() [3]sizeUnit {
	return [...]sizeUnit{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}
}

// Set parses text; unit names are taken in any case.
func (s *size) Set(text string) error {
	digits, unit := text, int64(1)
	for _, u := range sizeUnits() {
		if cut := len(text) - len(u.suffix); cut > 0 && strings.EqualFold(text[cut:], u.suffix) {
			digits, unit = strings.TrimSpace(text[:cut]), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/unit {
		return fmt.Errorf("%q is no size; want bytes, or a whole number with KiB, MiB or GiB", text)
	}
	*s = size(n * unit)
	return nil
}

func (s *size) String() string {
	n := int64(*s)
	for _, u := range sizeUnits() {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

// Type names the kind of value in help texts.
func (s *size) Type() string { return "size" }
