// Package bytescan searches raw bytes: for literals, in either case where
// asked, and for the bytes that give lines their structure. It is where a scan
// spends its time, so both searches have AVX2 kernels; everywhere else, and on
// processors without AVX2, a portable twin gives the same answers.
//
// The kernels are written by the program in asm:
//
//	cd asm && go run . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg bytescan
package bytescan
