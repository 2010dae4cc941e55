package requestapi

import "daybook/internal/quote"

// A fieldFault says what is wrong with the value of a parameter.
type fieldFault struct{ name, text string }

// faults are what is wrong with a request, in the order of the reference.
type faults []fieldFault

// json returns them as an object, with a list of texts for each parameter.
func (f faults) json() []byte {
	out := []byte{'{'}
	for i, fault := range f {
		if i > 0 {
			out = append(out, ',')
		}
		out = quote.Append(out, []byte(fault.name))
		out = append(out, ':', '[')
		out = quote.Append(out, []byte(fault.text))
		out = append(out, ']')
	}
	return append(out, '}')
}
