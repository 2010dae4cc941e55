package generate

import (
	"fmt"
	"strconv"
	"strings"
)

// A template is a detail with slots, such as "order #<ticket> opened".
type template []piece

// A piece is a text, and what follows it.
type piece struct {
	text string
	fill fill // nil for nothing
}

// A fill appends what stands in a slot.
type fill func(dst []byte, d *draft) []byte

// A draft is the record that a detail is written for. What a detail names
// twice, such as its instrument, is the same both times. One draft serves one
// record after another.
type draft struct {
	world   *world
	random  *random
	sec     int64       // Unix seconds
	about   *instrument // nil until a slot needs one
	reasons []string    // why an action of this kind fails
}

// parseTemplates reads templates. An unknown slot is a mistake in our tables.
func parseTemplates(texts []string) []template {
	fills := slots()
	all := make([]template, len(texts))
	for i, text := range texts {
		for text != "" {
			before, rest, found := strings.Cut(text, "<")
			p := piece{text: before}
			if found {
				name, after, _ := strings.Cut(rest, ">")
				if p.fill = fills[name]; p.fill == nil {
					panic(fmt.Sprintf("generate: no slot %q in %q", name, texts[i]))
				}
				rest = after
			}
			all[i] = append(all[i], p)
			text = rest
		}
	}
	return all
}

// append appends the detail of d as t has it.
func (t template) append(dst []byte, d *draft) []byte {
	for i := range t {
		dst = append(dst, t[i].text...)
		if fill := t[i].fill; fill != nil {
			dst = fill(dst, d)
		}
	}
	return dst
}

// slots returns what templates may hold, by name.
func slots() map[string]fill {
	return map[string]fill{
		"amount":  func(dst []byte, d *draft) []byte { return appendAmount(dst, d.random) },
		"balance": between(1_000, 9_000_000, 2),
		"bytes":   between(40_000, 90_000_000, 0),
		"client": func(dst []byte, d *draft) []byte {
			return append(dst, d.world.people.clients[d.world.people.client.pick(d.random)]...)
		},
		"comment":  choice(comments()),
		"currency": choice([]string{"USD", "USD", "USD", "EUR", "EUR", "GBP", "JPY", "CHF", "AED"}),
		"device":   choice(devices()),
		// Groups are folders, and a backslash in a column is written as two.
		"group":    choice([]string{`real\\standard`, `real\\ecn-usd`, `real\\vip`, `demo\\forex`, `real\\islamic`, `real\\cent`}),
		"leverage": choice([]string{"1:30", "1:50", "1:100", "1:200", "1:500"}),
		"lots":     func(dst []byte, d *draft) []byte { return appendLots(dst, d.random) },
		"ms":       between(1, 380, 0),
		"payment":  choice([]string{"card", "wire", "card", "sepa", "crypto", "wallet", "swift"}),
		"percent":  between(200, 99_000, 2),
		"points":   between(2, 600, 0),
		"price":    func(dst []byte, d *draft) []byte { return d.appendPrice(dst, 0) },
		"profit":   between(-80_000, 95_000, 2),
		"provider": choice([]string{"LP-A", "LP-B", "LP-C", "PrimeX", "Northbank", "Aurora"}),
		"reason":   func(dst []byte, d *draft) []byte { return append(dst, d.reasons[d.random.below(len(d.reasons))]...) },
		"request":  func(dst []byte, d *draft) []byte { return appendHex(dst, d.random.next()) },
		"side":     choice([]string{"buy", "sell"}),
		"sl":       func(dst []byte, d *draft) []byte { return d.appendPrice(dst, -1) },
		"small":    between(1, 40, 0),
		"symbol":   func(dst []byte, d *draft) []byte { return append(dst, d.instrument().name...) },
		"ticket":   func(dst []byte, d *draft) []byte { return appendTicket(dst, d.sec, d.random) },
		"tp":       func(dst []byte, d *draft) []byte { return d.appendPrice(dst, 1) },
	}
}

// choice fills a slot with one of texts, all as frequent.
func choice(texts []string) fill {
	return func(dst []byte, d *draft) []byte { return append(dst, texts[d.random.below(len(texts))]...) }
}

// between fills a slot with a number from low to high units of the last of so
// many decimals.
func between(low, high, digits int) fill {
	return func(dst []byte, d *draft) []byte {
		return appendDecimal(dst, int64(low+d.random.below(high-low+1)), digits)
	}
}

// instrument returns what the detail is about, and decides it if nothing has.
func (d *draft) instrument() *instrument {
	if d.about == nil {
		d.about = &d.world.instruments[d.world.traded.pick(d.random)]
	}
	return d.about
}

// appendPrice appends the instrument's price, or one beside it: below for a
// negative side, above for a positive one.
func (d *draft) appendPrice(dst []byte, side int64) []byte {
	i := d.instrument()
	ticks := i.price(d.sec, d.random)
	ticks += side * (i.swing/40 + int64(d.random.below(int(i.swing/10))))
	return appendDecimal(dst, ticks, i.digits)
}

// appendAmount appends an amount of money with cents: most are round.
func appendAmount(dst []byte, r *random) []byte {
	if r.oneIn(4) {
		return appendDecimal(dst, int64(1_000+r.below(2_000_000)), 2)
	}
	return appendDecimal(dst, int64(1+r.below(200))*5_000, 2)
}

// appendLots appends a volume: small ones are frequent.
func appendLots(dst []byte, r *random) []byte {
	steps := [...]int{1, 1, 1, 2, 5, 10, 10, 20, 50, 100, 100, 200, 500, 1000}
	return appendDecimal(dst, int64(steps[r.below(len(steps))]*(1+r.below(3))), 2)
}

// appendTicket appends the number of an order or deal: nine digits, which grow
// with time.
func appendTicket(dst []byte, sec int64, r *random) []byte {
	return strconv.AppendInt(dst, 100_000_000+((sec+1<<40)*3+int64(r.below(40)))%900_000_000, 10)
}

// appendHex appends the eight hexadecimal digits of v's low half.
func appendHex(dst []byte, v uint64) []byte {
	const digits = "0123456789abcdef"
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, digits[v>>shift&15])
	}
	return dst
}
