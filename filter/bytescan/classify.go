package bytescan

// A Mask tells, bit by bit, what each of 64 bytes is. Bit 0 is the first byte.
type Mask struct {
	Newline   uint64 // '\n'
	Separator uint64
	Odd       uint64 // the escape byte, or 0x80 and above: not its own decoded value, perhaps
}

// Classify fills dst with the masks of b, whose length must be 64 times that
// of dst.
func Classify(dst []Mask, b []byte, separator, escape byte) {
	if len(b) != 64*len(dst) {
		panic("bytescan: Classify: the bytes are not 64 for each mask")
	}
	if len(dst) > 0 {
		classify(dst, b, separator, escape)
	}
}
