package requestapi

import (
	"math/big"
	"regexp"
	"strings"

	"daybook/filter"
)

// numberForm is what a number looks like.
var numberForm = regexp.MustCompile(`^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?$`)

// mostExponent is how far the exponent of a number may go beyond as many digits as
// it has for it to be calculated with. Numbers whose exponents go further are
// greater than all that records hold, or next to nothing.
const mostExponent = 400

// A number is where a number that was sent lies among those that a field may hold.
type number struct {
	floor int64 // the greatest of them that is not above it; filter.MinNumber-1 if all are
	exact bool  // floor is the number itself
}

// parseNumber reads a number for a field that counts in units of 10 to the -places.
func parseNumber(text string, places int) (n number, ok bool) {
	text = strings.TrimSpace(text)
	parts := numberForm.FindStringSubmatch(text)
	if parts == nil {
		return number{}, false
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	value, ok := new(big.Rat).SetString(strings.TrimPrefix(mantissa, "+"))
	if !ok {
		return number{}, false
	}
	exponent, ok := new(big.Int).SetString(parts[1], 10)
	if !ok {
		exponent = new(big.Int) // there is none
	}
	most := big.NewInt(int64(mostExponent + len(mantissa)))
	if exponent.CmpAbs(most) > 0 {
		exponent.Mul(most, big.NewInt(int64(exponent.Sign())))
	}
	value.Mul(value, power(int(exponent.Int64())+places))
	return within(value), true
}

// power returns 10 to the n.
func power(n int) *big.Rat {
	p := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, -n))), nil))
	if n < 0 {
		p.Inv(p)
	}
	return p
}

// within returns where value lies.
func within(value *big.Rat) number {
	floor := new(big.Int)
	floor.Div(value.Num(), value.Denom()) // the divisor is positive: rounds down
	switch {
	case floor.Cmp(big.NewInt(filter.MaxNumber)) > 0:
		return number{floor: filter.MaxNumber}
	case floor.Cmp(big.NewInt(filter.MinNumber)) < 0:
		return number{floor: filter.MinNumber - 1}
	}
	return number{floor: floor.Int64(), exact: value.IsInt()}
}

// ceil returns the least number that a field may hold and that is not below n;
// filter.MaxNumber+1 if all are.
func (n number) ceil() int64 {
	if n.exact {
		return n.floor
	}
	return n.floor + 1
}
