package generate

import "strconv"

// An instrument is something that is traded. Prices are in ticks, the unit of
// the last digit.
type instrument struct {
	name       string
	digits     int
	mid, swing int64 // ticks: the middle of its prices, and how far they go from there
}

// instruments returns what is traded, most traded first.
func instruments() []instrument {
	return []instrument{
		{"EURUSD", 5, 108_420, 2_600},
		{"XAUUSD", 2, 264_150, 9_800},
		{"GBPUSD", 5, 126_880, 3_100},
		{"USDJPY", 3, 151_330, 4_200},
		{"BTCUSD", 2, 9_431_700, 620_000},
		{"US500", 1, 59_620, 1_450},
		{"AUDUSD", 5, 65_310, 1_700},
		{"USDCHF", 5, 88_260, 1_900},
		{"XPDUSD", 2, 145_000, 5_000},
		{"EURJPY", 3, 163_900, 4_000},
		{"DE40", 1, 193_400, 5_200},
		{"ETHUSD", 2, 332_560, 31_000},
		{"USDCAD", 5, 139_420, 2_200},
		{"NZDUSD", 5, 58_740, 1_500},
		{"XAGUSD", 3, 31_240, 1_600},
		{"EURGBP", 5, 83_350, 1_100},
		{"GBPJPY", 3, 192_750, 5_600},
		{"XTIUSD", 2, 7_018, 410},
		{"NAS100", 1, 207_800, 6_900},
		{"XBRUSD", 2, 7_411, 430},
		{"UK100", 1, 82_600, 1_500},
		{"XPTUSD", 2, 96_340, 3_300},
		{"EURCHF", 5, 93_010, 900},
		{"USDTRY", 4, 345_200, 5_100},
	}
}

// price returns i's price at a moment, in ticks. It wanders in waves of days,
// hours and minutes, so that lines close in time agree.
func (i *instrument) price(sec int64, r *random) int64 {
	wave := 5*triangle(sec, 9*24*3600) + 2*triangle(sec, 7*3600) + triangle(sec, 23*60)
	noise := int64(r.below(int(i.swing/50) + 2))
	return i.mid + i.swing*wave/(8<<16) + noise
}

// triangle goes evenly from -2^16 to 2^16 and back, once in period seconds.
func triangle(sec, period int64) int64 {
	at := (sec + 1<<40) % period // every second of our calendar is above -2^40
	up := at * (4 << 16) / period
	if up > 2<<16 {
		up = 4<<16 - up
	}
	return up - 1<<16
}

// appendDecimal appends n units of the last of so many decimals.
func appendDecimal(dst []byte, n int64, digits int) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	dst = strconv.AppendInt(dst, n/unit, 10)
	if digits == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit /= 10; unit > 0; unit /= 10 {
		dst = append(dst, byte('0'+n/unit%10))
	}
	return dst
}
