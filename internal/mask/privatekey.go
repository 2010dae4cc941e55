package mask

import "strings"

// Private keys in PEM (RFC 7468) and OpenSSH's are recognised by the lines around
// them.
const (
	keyBegin    = "-----BEGIN "
	keyName     = "PRIVATE KEY-----"
	keyEnd      = "-----END "
	longestKind = 32 // bytes of what stands before keyName, such as RSA or ENCRYPTED
)

// privateKeys returns text with Masked in place of each private key in it, or of what
// is left of one that was cut off.
func privateKeys(text string) string {
	shown := replaced{text: text}
	for from := 0; ; {
		i := strings.Index(text[from:], keyBegin)
		if i < 0 {
			break
		}
		from += i + len(keyBegin)
		line := text[from:min(len(text), from+longestKind+len(keyName))]
		n := strings.Index(line, keyName)
		if n < 0 {
			continue
		}
		from += n + len(keyName)
		end := len(text)
		if n := strings.Index(text[from:], keyEnd); n >= 0 {
			end = from + n
		}
		shown.mask(from, end)
		from = end
	}
	return shown.finish()
}
