package oracle

import (
	"regexp"
	"strconv"
	"time"
)

const (
	secondsPerDay = 86400

	minTime = -62135596800 // 0001-01-01T00:00:00Z
	maxTime = 253402300799 // 9999-12-31T23:59:59Z
)

// The two forms of a time: "exactly YYYY-MM-DDTHH:MM:SS, optionally . and
// digits, then Z or ±hh:mm" and "[+-]? and ASCII digits (Unix seconds)".
var (
	civilTime = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|([+-])(\d{2}):(\d{2}))$`)
	unixTime  = regexp.MustCompile(`^[+-]?\d+$`)
)

// parseTime reads a time in either form. "Between 0001-01-01 and 9999-12-31",
// which is asked of the moment in UTC. "A fraction is cut (floor)."
func parseTime(text string) (sec int64, ok bool) {
	switch {
	case unixTime.MatchString(text):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, false // beyond int64, so beyond the years above
		}
		sec = n
	default:
		if sec, ok = parseCivil(text); !ok {
			return 0, false
		}
	}
	return sec, minTime <= sec && sec <= maxTime
}

// parseCivil reads the first form, without a check of the years.
func parseCivil(text string) (sec int64, ok bool) {
	m := civilTime.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	// Formatting again refuses what time.Parse might let pass or normalise.
	const layout = "2006-01-02T15:04:05"
	t, err := time.Parse(layout, m[1])
	if err != nil || t.Format(layout) != m[1] {
		return 0, false
	}
	if m[2] == "" {
		return t.Unix(), true
	}
	hours, _ := strconv.Atoi(m[3])
	minutes, _ := strconv.Atoi(m[4])
	if hours > 23 || minutes > 59 {
		return 0, false
	}
	offset := int64(hours*3600 + minutes*60)
	if m[2] == "-" {
		offset = -offset
	}
	return t.Unix() - offset, true
}

// formatTime shows a time as GetLogs does: YYYY-MM-DDTHH:MM:SSZ.
func formatTime(sec int64) string {
	return time.Unix(sec, 0).UTC().Format("2006-01-02T15:04:05Z")
}

// dayOf returns the UTC day of a time, counted from 1970-01-01.
func dayOf(sec int64) int64 {
	return floorDiv(sec, secondsPerDay)
}

// floorDiv returns floor(n/by), for a positive by.
func floorDiv(n, by int64) int64 {
	floor := n / by
	if n%by < 0 {
		floor-- // division cuts towards zero
	}
	return floor
}
