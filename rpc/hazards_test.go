package rpc_test

import (
	"net/http"
	"testing"
)

// TestHazards shows, for each known defect or limit of the packages that the
// engine is built on, that it does not reach a client.
//
// sourcegraph/jsonrpc2 v0.2.3:
//
//	J1   no batches                                → J1_batches
//	J2   closes instead of answering errors        → J2_bad_input_is_answered
//	J3   ids are uint64 or strings                 → J3_ids_come_back_byte_for_byte
//	J4   the envelope is not checked               → J4_envelope_is_strict
//	J5   plain errors leak, with code 0            → J5_errors_do_not_leak
//	J6   reading is unbounded                      → J6_reading_is_bounded
//	J7   unsolicited responses are logged          → J7_responses_are_no_requests
//	J8   sending blocks while the peer is stuck    → J8_stuck_peer_blocks_nobody
//	J9   a vanished peer hangs the writer          → J9_vanished_peer_is_noticed
//	J10  a goroutine per request, unbounded        → J10_goroutines_are_bounded
//	J11  one slow handler stalls the connection    → J11_slow_call_stalls_nothing
//	J12  a panic ends the process                  → J12_panic_is_an_error
//	J13  no cancelling of one request, no deadline → J13_calls_can_be_stopped
//	J14  logging under the mutex (before v0.2.3)   → J14_version_and_logger
//	J15  its own framing loses step                → J15_one_message_per_frame
//	J16  length headers are trusted                → J16_no_length_headers
//	J17  no HTTP                                   → J17_http_answers_alike
//	J18  its WebSocket stream has no limits        → J18_websocket_has_limits
//
// gorilla/websocket v1.5.3:
//
//	G1   the read limit is that of the wire        → G1_compression_is_declined
//	G2   compression is experimental               → G1_compression_is_declined
//	G3   no read limit by default                  → G3_read_limits
//	G4   concurrent writers panic                  → G4_one_writer
//	G5   no write deadline by default              → J8_stuck_peer_blocks_nobody
//	G6   a write time-out ruins the connection     → G6_time_out_is_the_end
//	G7   Upgrade clears the server's deadlines     → J9_vanished_peer_is_noticed, G7_slow_handshake
//	G8   1,000 reads after an error panic          → G8_reading_stops_at_the_first_error
//	G9   ReadJSON ignores trailing data            → J15_one_message_per_frame
//	G10  invalid UTF-8 is let through              → G10_text_is_utf8
//	G11  the origin check ignores the scheme       → G11_origins
//	G12  control frames need a reader              → G12_control_frames
//	G13  idle connections cost buffers             → G13_idle_connections_cost_little
//	G14  length overflow (before v1.4.1)           → G14_lengths_do_not_overflow
//	G15  little maintenance                        → G15_one_file_knows_the_library
func TestHazards(t *testing.T) {
	for _, h := range []struct {
		name string
		test func(*testing.T)
	}{
		{"J1_batches", hazardBatches},
		{"J2_bad_input_is_answered", hazardBadInput},
		{"J3_ids_come_back_byte_for_byte", hazardIDs},
		{"J4_envelope_is_strict", hazardEnvelope},
		{"J5_errors_do_not_leak", hazardLeaks},
		{"J6_reading_is_bounded", hazardUnboundedReading},
		{"J7_responses_are_no_requests", hazardResponses},
		{"J8_stuck_peer_blocks_nobody", hazardStuckPeer},
		{"J9_vanished_peer_is_noticed", hazardVanishedPeer},
		{"J10_goroutines_are_bounded", hazardGoroutines},
		{"J11_slow_call_stalls_nothing", hazardSlowCall},
		{"J12_panic_is_an_error", hazardPanic},
		{"J13_calls_can_be_stopped", hazardStopping},
		{"J14_version_and_logger", hazardVersions},
		{"J15_one_message_per_frame", hazardFraming},
		{"J16_no_length_headers", hazardLengthHeaders},
		{"J17_http_answers_alike", hazardTransportsAlike},
		{"J18_websocket_has_limits", hazardWebSocketLimits},
		{"G1_compression_is_declined", hazardCompression},
		{"G3_read_limits", hazardReadLimits},
		{"G4_one_writer", hazardWriters},
		{"G6_time_out_is_the_end", hazardTimeOut},
		{"G7_slow_handshake", hazardSlowHandshake},
		{"G8_reading_stops_at_the_first_error", hazardReadAfterError},
		{"G10_text_is_utf8", hazardUTF8},
		{"G11_origins", hazardOrigins},
		{"G12_control_frames", hazardControlFrames},
		{"G13_idle_connections_cost_little", hazardIdleCost},
		{"G14_lengths_do_not_overflow", hazardLengths},
		{"G15_one_file_knows_the_library", hazardSwap},
	} {
		t.Run(h.name, h.test)
	}
}

// onBoth runs f with a function that sends one message over each transport and
// returns its answer.
func onBoth(t *testing.T, r *rig, f func(t *testing.T, ask func(text string) string)) {
	t.Run("http", func(t *testing.T) {
		f(t, func(text string) string {
			_, answer := r.post(text, "Authorization: Bearer "+managerToken)
			return answer
		})
	})
	t.Run("ws", func(t *testing.T) {
		c := r.dialManager()
		f(t, c.ask)
	})
}

// onBothSilent checks that messages have no answer over either transport.
func onBothSilent(t *testing.T, r *rig, texts ...string) {
	t.Helper()
	c := r.dialManager()
	for _, text := range texts {
		if status, answer := r.post(text); status != http.StatusNoContent || answer != "" {
			t.Errorf("%s over HTTP: got %d %s", text, status, answer)
		}
		c.send(text)
		c.usable()
	}
	c.usable()
}
