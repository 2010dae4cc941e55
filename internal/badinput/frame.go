package badinput

import (
	"crypto/subtle"
	"encoding/binary"
	"strings"
)

// Bits and opcodes of a frame's first byte (RFC 6455, section 5.2).
const (
	fin  = 0x80
	rsv1 = 0x40
	rsv2 = 0x20
	rsv3 = 0x10

	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

const maskBit = 0x80 // of a frame's second byte

// mask is the key of every frame we send. It need not be a secret here.
const mask = "\x37\xfa\x21\x3d"

// frame is a masked frame with its length in the shortest form.
func frame(first byte, payload string) string {
	return header(first, uint64(len(payload)), shortest(len(payload)), mask) + masked(payload, mask)
}

// message is a whole text message in one frame.
func message(payload string) string { return frame(fin|opText, payload) }

// fragments is a text message in one frame per part.
func fragments(parts ...string) string {
	var b strings.Builder
	for i, part := range parts {
		first := byte(opContinuation)
		if i == 0 {
			first = opText
		}
		if i == len(parts)-1 {
			first |= fin
		}
		b.WriteString(frame(first, part))
	}
	return b.String()
}

// unmasked is a frame as only a server may send it.
func unmasked(first byte, payload string) string {
	return header(first, uint64(len(payload)), shortest(len(payload)), "") + payload
}

// stretched is a frame with its length in so many bytes (2 or 8), needed or not.
func stretched(first byte, lengthBytes int, payload string) string {
	return header(first, uint64(len(payload)), lengthBytes, mask) + masked(payload, mask)
}

// announced is the header of a masked frame that says it is so long.
func announced(first byte, length uint64) string {
	return header(first, length, 8, mask)
}

// closing is a close frame's payload: a code and a reason.
func closing(code int, reason string) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(code))) + reason
}

// shortest is how many bytes after the second a length takes.
func shortest(length int) int {
	switch {
	case length < 126:
		return 0
	case length <= 0xffff:
		return 2
	default:
		return 8
	}
}

// header is all of a frame before its payload; key "" leaves it unmasked.
func header(first byte, length uint64, lengthBytes int, key string) string {
	var second byte
	if key != "" {
		second = maskBit
	}
	var b []byte
	switch lengthBytes {
	case 0:
		b = []byte{first, second | byte(length)}
	case 2:
		b = binary.BigEndian.AppendUint16([]byte{first, second | 126}, uint16(length))
	default:
		b = binary.BigEndian.AppendUint64([]byte{first, second | 127}, length)
	}
	return string(b) + key
}

// masked is payload under key, or payload read through it.
func masked(payload, key string) string {
	b := []byte(payload)
	pad := []byte(strings.Repeat(key, 1024))
	for i := 0; i < len(b); i += len(pad) {
		subtle.XORBytes(b[i:], b[i:], pad)
	}
	return string(b)
}
