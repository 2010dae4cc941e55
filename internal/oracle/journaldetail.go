package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// drawWords returns the words that the details of one large journal are made
// of: common ones, made-up ones and those that folding makes equal.
func drawWords(rng *rand.Rand) []string {
	words := strings.Fields(`order Order ORDER position opened closed completed margin call stop out balance login
		user account leverage changed from to at by of price volume error timeout retry failed rejected reason connection
		gateway bridge quote symbol EURUSD XAUUSD group spread commission swap dividend report export import a I 0 1
		отказ ОТКАЗ заявка Счёт счет straße STRASSE STRAẞE ſtop STOP Kelvin ` + "\u212aelvin" + ` kelvin naïve NAÏVE İstanbul ıssız
		日本語 注文 😀 e` + "\u0301" + `tude étude Éternel snake_case CamelCase kebab-case 50% 100\% _ % ~`)
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFKSks0123456789"
	for range 300 {
		word := make([]byte, 2+rng.IntN(9))
		for i := range word {
			word[i] = letters[rng.IntN(len(letters))]
		}
		words = append(words, string(word))
	}
	return words
}

// separators stand between the words of a detail, raw: some are escapes of the
// file format, two are raw tabs.
func separators() []string {
	return []string{
		" ", " ", " ", " ", " ", " ", ", ", ": ", "=", "/", "-", ".", "; ", " (", ") ", `\n`, `\t`, `\\`, `\r\n`, "\t", "\t\t",
		"\u00a0", " — ", "\x00", "\u2028", `"`, `\x`, "|", "_", "'", "\xff", "#", "@", "<", "&",
	}
}

// detail draws a free text that ends in number i.
func (w *largeWriter) detail(i int) string {
	if w.chance(12) {
		return w.jsonDetail(i)
	}
	var b strings.Builder
	for range 1 + w.rng.IntN(9) {
		b.WriteString(w.token())
		b.WriteString(pick(w.rng, separators()))
	}
	fmt.Fprintf(&b, "#%d", i)
	if w.chance(10) {
		b.WriteString(pick(w.rng, separators()))
	}
	return strings.TrimRight(b.String(), "\r")
}

// jsonDetail draws a detail that is a JSON object, escaped as the file format
// has it.
func (w *largeWriter) jsonDetail(i int) string {
	return fmt.Sprintf(`{"id":%d,"%s":"%s","path":"C:\\\\%s\\\\%s","note":"\\"%s\\" %s","rate":%d.%02d,"list":[%d,%d]}`,
		i, pick(w.rng, w.words), w.token(), pick(w.rng, w.words), pick(w.rng, w.words), w.token(), w.token(),
		w.rng.IntN(2000), w.rng.IntN(100), w.rng.IntN(10), w.rng.IntN(100000))
}

// token draws a word, a number or an address.
func (w *largeWriter) token() string {
	switch n := w.rng.IntN(1000); {
	case n < 700:
		x := w.rng.Float64() // the first words most often
		return w.words[int(x*x*float64(len(w.words)))]
	case n < 850:
		return fmt.Sprint(w.rng.IntN(pick(w.rng, []int{10, 1000, 1000000})))
	case n < 900:
		return fmt.Sprintf("%d.%02d", w.rng.IntN(3000), w.rng.IntN(100))
	case n < 940:
		return fmt.Sprintf("192.168.%d.%d:%d", w.rng.IntN(4), w.rng.IntN(256), 1024+w.rng.IntN(5))
	case n < 960:
		return fmt.Sprintf("%s@%s.example", pick(w.rng, w.words), pick(w.rng, w.words))
	case n < 999:
		return fmt.Sprintf("%08x-%04x", w.rng.Uint32(), w.rng.IntN(1<<16))
	}
	w.note(traitLongWord)
	return strings.Repeat(pick(w.rng, []string{"x", "Kſ", "слово", "ab1"}), pick(w.rng, []int{70, 300, 1500, 1500, 35000}))
}
