// Command asm writes the AVX2 kernels of package bytescan. It is a module of
// its own, so that its dependencies are not the product's.
//
//	go run . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg bytescan
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const vector = 32 // bytes in a YMM register

func main() {
	ConstraintExpr("amd64")
	indexPair()
	markPair()
	classify()
	Generate()
}

// pair holds what the search loop compares with: two bytes, each with the
// bits that do not count, broadcast to all lanes.
type pair struct {
	first, second         VecVirtual
	firstMask, secondMask VecVirtual
}

// match leaves in a general register one bit for each of the 32 positions
// from at on where the pair stands.
func (p pair) match(at, distant Mem) GPVirtual {
	a, b := YMM(), YMM()
	VMOVDQU(at, a)
	VMOVDQU(distant, b)
	VPOR(p.firstMask, a, a)
	VPOR(p.secondMask, b, b)
	VPCMPEQB(p.first, a, a)
	VPCMPEQB(p.second, b, b)
	VPAND(a, b, a)
	bits := GP32()
	VPMOVMSKB(a, bits)
	return bits
}

func broadcast(param string) VecVirtual {
	b := GP32()
	Load(Param(param), b)
	x, y := XMM(), YMM()
	VMOVD(b, x)
	VPBROADCASTB(x, y)
	return y
}

func indexPair() {
	TEXT("indexPairAVX2", NOSPLIT, "func(p *byte, n, distance int, first, firstMask, second, secondMask uint32) int")
	Doc("indexPairAVX2 returns the least i in [0, n) with p[i]|firstMask == first and",
		"p[i+distance]|secondMask == second, or -1, or -2 where n is so small and p so",
		"near the end of a page that a whole vector can't be loaded. p must be readable",
		"for n+distance bytes.")
	Pragma("noescape")
	p := Load(Param("p"), GP64())
	n := Load(Param("n"), GP64())
	distance := Load(Param("distance"), GP64())
	k := pair{
		first: broadcast("first"), firstMask: broadcast("firstMask"),
		second: broadcast("second"), secondMask: broadcast("secondMask"),
	}
	far := GP64()
	MOVQ(p, far)
	ADDQ(distance, far)
	i := GP64()
	XORQ(i, i)

	CMPQ(n, Imm(vector))
	JL(LabelRef("small"))

	last := GP64() // the last position at which a whole vector may begin
	MOVQ(n, last)
	SUBQ(Imm(vector), last)

	Label("loop")
	bits := k.match(Mem{Base: p, Index: i, Scale: 1}, Mem{Base: far, Index: i, Scale: 1})
	TESTL(bits, bits)
	JNZ(LabelRef("found"))
	ADDQ(Imm(vector), i)
	CMPQ(i, last)
	JLE(LabelRef("loop"))

	// The rest is less than a vector: search the last whole one again.
	CMPQ(i, n)
	JGE(LabelRef("none"))
	MOVQ(last, i)
	rest := k.match(Mem{Base: p, Index: i, Scale: 1}, Mem{Base: far, Index: i, Scale: 1})
	MOVL(rest, bits)
	TESTL(bits, bits)
	JNZ(LabelRef("found"))

	Label("none")
	ret := GP64()
	MOVQ(I64(-1), ret)
	Store(ret, ReturnIndex(0))
	VZEROUPPER()
	RET()

	Label("found")
	at := GP32()
	BSFL(bits, at)
	ADDQ(at.As64(), i)
	Store(i, ReturnIndex(0))
	VZEROUPPER()
	RET()

	// Fewer positions than a vector holds: load one all the same where that
	// can't leave the page, and look at the n low bits only.
	Label("small")
	TESTQ(n, n)
	JLE(LabelRef("none"))
	page := GP64()
	for _, start := range []Register{p, far} {
		MOVQ(start, page)
		ANDQ(U32(4095), page)
		CMPQ(page, U32(4096-vector))
		JG(LabelRef("unsafe"))
	}
	few := k.match(Mem{Base: p}, Mem{Base: far})
	MOVL(few, bits)
	keep := GP32()
	MOVL(U32(0xffffffff), keep)
	BZHIL(n.(GPVirtual).As32(), keep, keep)
	ANDL(keep, bits)
	JNZ(LabelRef("found"))
	JMP(LabelRef("none"))

	Label("unsafe")
	MOVQ(I64(-2), ret)
	Store(ret, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

func markPair() {
	TEXT("markPairAVX2", NOSPLIT, "func(dst *uint64, p *byte, words, distance int, first, firstMask, second, secondMask uint32)")
	Doc("markPairAVX2 fills the words that begin at dst with one bit for each of the 64·words",
		"positions i from p on, set where p[i]|firstMask == first and",
		"p[i+distance]|secondMask == second. p must be readable for 64·words+distance bytes.")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	p := Load(Param("p"), GP64())
	words := Load(Param("words"), GP64())
	distance := Load(Param("distance"), GP64())
	k := pair{
		first: broadcast("first"), firstMask: broadcast("firstMask"),
		second: broadcast("second"), secondMask: broadcast("secondMask"),
	}
	far := GP64()
	MOVQ(p, far)
	ADDQ(distance, far)

	TESTQ(words, words)
	JLE(LabelRef("done"))
	Label("word")
	low := k.match(Mem{Base: p}, Mem{Base: far})
	high := k.match(Mem{Base: p, Disp: vector}, Mem{Base: far, Disp: vector})
	word := high.As64()
	SHLQ(Imm(32), word)
	ORQ(low.As64(), word)
	MOVQ(word, Mem{Base: dst})

	ADDQ(Imm(64), p)
	ADDQ(Imm(64), far)
	ADDQ(Imm(8), dst)
	DECQ(words)
	JNZ(LabelRef("word"))
	Label("done")
	VZEROUPPER()
	RET()
}

func classify() {
	TEXT("classifyAVX2", NOSPLIT, "func(dst *uint64, p *byte, words int, separator, escape uint32)")
	Doc("classifyAVX2 fills the words Masks that begin at dst from the 64·words bytes at p;", "see Classify.")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	p := Load(Param("p"), GP64())
	words := Load(Param("words"), GP64())
	separator := broadcast("separator")
	escape := broadcast("escape")
	newline := YMM()
	{
		b, x := GP32(), XMM()
		MOVL(U32('\n'), b)
		VMOVD(b, x)
		VPBROADCASTB(x, newline)
	}

	TESTQ(words, words)
	JLE(LabelRef("done"))
	Label("word")
	low, high := YMM(), YMM()
	VMOVDQU(Mem{Base: p}, low)
	VMOVDQU(Mem{Base: p, Disp: vector}, high)
	for slot, class := range []VecVirtual{newline, separator} {
		word := joined(equal(low, class), equal(high, class))
		MOVQ(word, Mem{Base: dst, Disp: 8 * slot})
	}
	// A byte of 0x80 and above has the very bit that VPMOVMSKB collects.
	oddLow, oddHigh := equal(low, escape), equal(high, escape)
	VPOR(low, oddLow, oddLow)
	VPOR(high, oddHigh, oddHigh)
	MOVQ(joined(oddLow, oddHigh), Mem{Base: dst, Disp: 16})

	ADDQ(Imm(64), p)
	ADDQ(Imm(24), dst)
	DECQ(words)
	JNZ(LabelRef("word"))
	Label("done")
	VZEROUPPER()
	RET()
}

func equal(v, class VecVirtual) VecVirtual {
	y := YMM()
	VPCMPEQB(v, class, y)
	return y
}

// joined returns the 64 bits of two vectors' lanes.
func joined(low, high VecVirtual) Register {
	a, b := GP32(), GP32()
	VPMOVMSKB(low, a)
	VPMOVMSKB(high, b)
	word := b.As64()
	SHLQ(Imm(32), word)
	ORQ(a.As64(), word)
	return word
}
