package rpc

import (
	"fmt"
	"io"
	"testing"
)

// rowsAnswer is a large answer of rows that are encoded already.
type rowsAnswer struct {
	rows [][]byte
	size int64
}

func newRowsAnswer(n int) *rowsAnswer {
	a := &rowsAnswer{}
	for i := range n {
		row := fmt.Appendf(nil, `[%d,"CLIENT","%d","TRADE_OPEN","SUCCESS","10.0.0.1","order #%d opened at price:1454.32, volume:0.10"],`, 1713787200+i, i, i)
		a.rows = append(a.rows, row)
		a.size += int64(len(row))
	}
	return a
}

func (a *rowsAnswer) Len() int64 { return a.size }

func (a *rowsAnswer) WriteTo(w io.Writer) (n int64, err error) {
	for _, row := range a.rows {
		m, err := w.Write(row)
		n += int64(m)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// BenchmarkLargeAnswer splices 100,000 rows into one frame.
func BenchmarkLargeAnswer(b *testing.B) {
	resp := jsonRPC.resultResponse([]byte("1"), newRowsAnswer(100_000))
	b.SetBytes(resp.Len())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := contiguous(resp); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseMessage reads messages of the sizes that there are.
func BenchmarkParseMessage(b *testing.B) {
	l := DefaultLimits()
	small := []byte(`{"jsonrpc":"2.0","method":"GetLogsByFilter","params":{"where":[["actor_type","=","MANAGER"],["status","=","SUCCESS"]],"limit":50,"offset":0},"id":1}`)
	large := fmt.Appendf(nil, `{"jsonrpc":"2.0","method":"GetLogsByFilter","params":{"whereIn":["actor_id",[%s1]],"limit":50,"offset":0},"id":1}`, largeList())
	for name, text := range map[string][]byte{"small": small, "large": large} {
		b.Run("message="+name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, fault := parseMessage(text, &l); fault != nil {
					b.Fatal(fault)
				}
			}
		})
	}
}

// largeList returns the beginning of a list of 9,999 strings.
func largeList() []byte {
	var list []byte
	for i := range 9_999 {
		list = fmt.Appendf(list, `"%d",`, 100_000+i)
	}
	return list
}
