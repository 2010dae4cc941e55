package badinput

import "strings"

// judgementCases are the texts on which JSON parsers differ: the "i" files of
// nst/JSONTestSuite under their own names, sent as the params of a method that
// takes none. A text that is accepted as JSON is a bad param (-32602).
func judgementCases() []Case {
	var cases []Case
	for _, tt := range []struct {
		name, params string
		json         bool // the documented verdict
	}{
		{"number_double_huge_neg_exp", "[123.456e-789]", true},
		{"number_huge_exp", "[0.4e006" + strings.Repeat("9", 122) + "06]", true},
		{"number_neg_int_huge_exp", "[-1e+9999]", true},
		{"number_pos_double_huge_exp", "[1.5e+9999]", true},
		{"number_real_neg_overflow", "[-123123e100000]", true},
		{"number_real_pos_overflow", "[123123e100000]", true},
		{"number_real_underflow", "[123e-10000000]", true},
		{"number_too_big_neg_int", "[-123123123123123123123123123123]", true},
		{"number_too_big_pos_int", "[100000000000000000000]", true},
		{"number_very_big_negative_int", "[-237462374673276894279832749832423479823246327846]", true},
		{"object_key_lone_2nd_surrogate", `{"\uDFAA":0}`, true},
		{"string_1st_surrogate_but_2nd_missing", `["\uDADA"]`, true},
		{"string_1st_valid_surrogate_2nd_invalid", `["\uD888\u1234"]`, true},
		{"string_incomplete_surrogate_and_escape_valid", `["\uD800\n"]`, true},
		{"string_incomplete_surrogate_pair", `["\uDd1ea"]`, true},
		{"string_incomplete_surrogates_escape_valid", `["\uD800\uD800\n"]`, true},
		{"string_invalid_lonely_surrogate", `["\ud800"]`, true},
		{"string_invalid_surrogate", `["\ud800abc"]`, true},
		{"string_inverted_surrogates_U+1D11E", `["\uDd1e\uD834"]`, true},
		{"string_lone_second_surrogate", `["\uDFAA"]`, true},
		{"structure_25_nested_arrays", strings.Repeat("[", 25) + strings.Repeat("]", 25), true},
		{"string_invalid_utf-8", "[\"\xff\"]", false},
		{"string_iso_latin_1", "[\"\xe9\"]", false},
		{"string_lone_utf8_continuation_byte", "[\"\x81\"]", false},
		{"string_not_in_unicode_range", "[\"\xf4\xbf\xbf\xbf\"]", false},
		{"string_overlong_sequence_2_bytes", "[\"\xc0\xaf\"]", false},
		{"string_overlong_sequence_6_bytes", "[\"\xfc\x83\xbf\xbf\xbf\xbf\"]", false},
		{"string_overlong_sequence_6_bytes_null", "[\"\xfc\x80\x80\x80\x80\x80\"]", false},
		{"string_truncated-utf-8", "[\"\xe0\xff\"]", false},
		{"string_UTF-8_invalid_sequence", "[\"日ш\xfa\"]", false},
		{"string_UTF8_surrogate_U+D800", "[\"\xed\xa0\x80\"]", false},
		{"string_UTF-16LE_with_BOM", "\xff\xfe[\x00\"\x00\xe9\x00\"\x00]\x00", false},
		{"string_utf16BE_no_BOM", "\x00[\x00\"\x00\xe9\x00\"\x00]", false},
		{"string_utf16LE_no_BOM", "[\x00\"\x00\xe9\x00\"\x00]\x00", false},
		{"structure_UTF-8_BOM_empty_object", "\ufeff{}", false},
	} {
		input := call("1", "rpc.discover", tt.params)
		want := notJSON(input)
		if tt.json {
			want = one(badParam("1", ""))
		}
		cases = append(cases, text("judgement/"+tt.name, input, want))
	}
	return append(cases,
		text("judgement/structure_500_nested_arrays",
			call("1", "rpc.discover", strings.Repeat("[", 500)+strings.Repeat("]", 500)),
			always(overBound(0, 0))),
		// Not JSON and too deep: whichever is seen first.
		text("judgement/structure_open_arrays", strings.Repeat("[", 1000), func(Way) outcome {
			return outcome{
				Answers:  []answer{fails("null", codeParse, codeTooLarge)},
				Status:   []int{200, 413},
				Close:    []int{1009},
				MayClose: true,
			}
		}),
	)
}
