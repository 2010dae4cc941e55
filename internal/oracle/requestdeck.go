package oracle

// A card is a combination that a run must ask for often: an operator, or a key
// of its own, on a field, in an order.
type card struct {
	key, op string // op is "" for keys but where
	field   int
	order   *term // nil for the default order
}

// newDeck returns one card of each combination.
func newDeck() []card {
	orders := []*term{nil}
	for field := range fieldNames() {
		orders = append(orders, &term{field: field}, &term{field: field, desc: true})
	}
	var deck []card
	for field := range fieldNames() {
		for _, order := range orders {
			for _, key := range conditionKeys()[1:] {
				deck = append(deck, card{key: key, field: field, order: order})
			}
			for _, op := range canonicalOperators() {
				deck = append(deck, card{key: "where", op: op, field: field, order: order})
			}
		}
	}
	return deck
}

// deal draws the next card. Chance alone would need many times as many requests
// until each combination was asked for: the deck is dealt out before it is
// shuffled again.
func (g *Requests) deal() card {
	if len(g.deck) == 0 {
		g.deck = newDeck()
		g.rng.Shuffle(len(g.deck), func(i, j int) { g.deck[i], g.deck[j] = g.deck[j], g.deck[i] })
	}
	last := len(g.deck) - 1
	c := g.deck[last]
	g.deck = g.deck[:last]
	return c
}

// terms draws the terms of orderBy with the card's among them.
func (g *Requests) terms(c card) []string {
	if c.order == nil {
		return nil
	}
	terms := g.order()
	if len(terms) == 0 {
		return []string{g.term(*c.order)}
	}
	terms[g.rng.IntN(len(terms))] = g.term(*c.order)
	return terms
}
