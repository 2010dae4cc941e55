package oracle

import (
	"fmt"
	"math/rand/v2"
)

// drawColumns draws the raw values that the columns of one journal take: few
// each, so that conditions hit and rows tie. Index 0 stays empty.
func drawColumns(rng *rand.Rand) [fieldCount][]string {
	var columns [fieldCount][]string
	for i, pool := range [fieldCount][]string{
		1: {"CLIENT", "MANAGER", "SYSTEM", "client", "Manager", "", "МЕНЕДЖЕР", "менеджер", `SYS\tTEM`, "\xff", "ADMIN%"},
		2: {
			"-", "1001", "1002", "007", "7", "7.0", "+7", "1e3", "1000", "1000.0", "-0", "0", ".5", "0.5", "5.",
			"1223", "1223.0", "12.50", "12.5", "-15", "1e400", "1e-400", "0x10", "NaN", "Infinity", "1_000", "１２",
			"9007199254740993", "9007199254740992", "1.223e3", "",
		},
		3: {
			"LOGIN", "ORDER_OPEN", "ORDER_CLOSE", "order_open", "Order_Open", "K", "k", "\u212a", "ſ", "s", "S",
			"straße", "STRASSE", "STRAẞE", "İ", "i̇", "I", "ı", "100%", `100\%`, "a.b", "[x]",
		},
		4: {"SUCCESS", "ERROR", "WARNING", "INFO", "success", "", "OK\x00", "404", "4.04e2", `IN\\FO`},
		5: {
			"127.0.0.1", "127.0.0.2", "10.0.0.7", "plugin:risk", "плагин", "ПЛАГИН", `C:\\dir\\x`, `C:\dir\x`,
			`trailing\`, "\xc3(", "e\u0301", "é", "É", "2.5", "-2.5",
		},
		6: drawDetails(rng),
	} {
		rng.Shuffle(len(pool), func(a, b int) { pool[a], pool[b] = pool[b], pool[a] })
		few := 5 + rng.IntN(8)
		if i == fieldDetail {
			few *= 4
		}
		columns[i] = pool[:min(len(pool), few)]
	}
	return columns
}

// drawDetails returns values for the last column, the only one that may hold
// raw tabs.
func drawDetails(rng *rand.Rand) []string {
	details := []string{
		"", " ", "%", "_", `\%`, `\\%`, `\`, `\\`, `\\\`, `\n`, `\\n`, `line\nbreak`, `cr\r\nlf`, "cr\rinside", "cr at end\r",
		"raw\ttab\t\ttabs", "\t", "\t\t\t", `tab\tescaped`, "nul\x00\x00nul", "\xf0\x9f\x98", "\xed\xa0\x80", "\xc0\xaf",
		"😀 done", "\ufffd", "\ufeffmark", "sep\u2028arated", "Kelvin \u212a", "kelvin K", "ſharp straße", "SHARP STRASSE",
		`{"order":1223,"price":1454.32}`, `{"path":"C:\\\\x","note":"50% \"off\""}`, "order completed", "Order COMPLETED",
		"order 1223 completed", "margin call 12.5%", "margin call 12.50", "отказ", "ОТКАЗ", "1223", "-0", "1e3", "<b>&amp;</b>",
		"aaaaaaaaaaaaaaaab", "abababab", `odd \x \0 \" \u0041`, "\x7f\x1b[31mred", "e\u0301", "2026-04-22T10:00:00Z",
	}
	for range 12 {
		details = append(details, fmt.Sprintf("order #%d completed at %d.%02d", 1000+rng.IntN(400), 1400+rng.IntN(99), rng.IntN(100)))
	}
	return details
}
