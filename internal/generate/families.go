package generate

// A family is what operations of one kind write into their detail, as
// templates. The word "completed" stands in no other list than that of its
// name.
type family struct {
	done      []string // succeeded
	completed []string // succeeded, and says so with that word
	info      []string
	failed    []string // errors and warnings, for a <reason>
	reasons   []string
}

func tradeFamily() family {
	return family{
		done: []string{
			"order #<ticket> <side> <lots> <symbol> price:<price> sl:<sl> tp:<tp>",
			"position #<ticket> <symbol> <lots> lots, price:<price>",
			`{"order":<ticket>,"symbol":"<symbol>","side":"<side>","volume":<lots>,"price":<price>}`,
			"deal #<ticket> <side> <lots> <symbol> filled in <ms> ms",
		},
		completed: []string{
			"trade #<ticket> completed: <side> <lots> <symbol> price:<price>",
			`{"deal":<ticket>,"symbol":"<symbol>","volume":<lots>,"price":<price>,"state":"completed"}`,
		},
		info:    []string{"quote shown for <symbol> price:<price>, request <request>", "position #<ticket> <symbol> reviewed, profit:<profit>"},
		failed:  []string{"order <side> <lots> <symbol> price:<price> refused: <reason>", `{"order":<ticket>,"symbol":"<symbol>","error":"<reason>","took_ms":<ms>}`},
		reasons: []string{"not enough money", "off quotes", "price changed", "market closed", "trade context busy", "invalid stops", "volume too large"},
	}
}

func orderFamily() family {
	return family{
		done: []string{
			"pending #<ticket> <side> limit <lots> <symbol> price:<price> until cancelled",
			"order #<ticket> <symbol> changed, price:<price> sl:<sl> tp:<tp>",
			`{"order":<ticket>,"type":"<side>_stop","symbol":"<symbol>","price":<price>,"lots":<lots>}`,
		},
		completed: []string{"request <request> completed, order #<ticket> <symbol> price:<price> in <ms> ms"},
		info:      []string{"order #<ticket> <symbol> is <points> points from the market, price:<price>"},
		failed:    []string{"order #<ticket> <symbol> price:<price> refused: <reason>", "request <request> for order #<ticket> dropped after <ms> ms: <reason>"},
		reasons:   []string{"too close to market", "order is frozen", "no such order", "invalid expiration", "too many orders", "market closed"},
	}
}

func loginFamily() family {
	return family{
		done: []string{
			"session <request> from <device>, <small> open positions",
			"signed in with <device>, protocol 12, session <request>, <ms> ms",
			`{"session":"<request>","device":"<device>","two_factor":true,"ms":<ms>}`,
		},
		completed: []string{"handshake completed in <ms> ms, <device>, session <request>"},
		info:      []string{"keep-alive of session <request>, <device>, <ms> ms round trip"},
		failed:    []string{"refused: <reason>, <device>, attempt <small> in this hour", `{"error":"<reason>","device":"<device>","session":"<request>"}`},
		reasons:   []string{"invalid password", "account disabled", "address not allowed", "code expired", "session expired", "version too old"},
	}
}

func moneyFamily() family {
	return family{
		done: []string{
			"<payment> payment <request>, amount:<amount> <currency>",
			`{"method":"<payment>","amount":<amount>,"currency":"<currency>","balance":<balance>}`,
			"amount:<amount> <currency> by <payment> booked as #<ticket>, reference <request>",
		},
		completed: []string{
			"<payment> transfer completed, amount:<amount> <currency>, balance:<balance>",
			`{"payment":"<request>","status":"completed","amount":<amount>,"currency":"<currency>"}`,
		},
		info:    []string{"<payment> payment <request> waits for the bank, amount:<amount> <currency>"},
		failed:  []string{"<payment> payment <request>, amount:<amount> <currency>: <reason>", `{"payment":"<request>","error":"<reason>","amount":<amount>}`},
		reasons: []string{"declined by issuer", "limit exceeded", "name does not match", "insufficient free margin", "provider timeout", "document missing"},
	}
}

func profileFamily() family {
	return family{
		done: []string{
			"account settings changed: leverage <leverage>, currency <currency>, request <request>",
			`{"changed":["phone","address"],"leverage":"<leverage>","request":"<request>"}`,
		},
		completed: []string{"verification step <small> completed, document <request>, <bytes> bytes"},
		info:      []string{"reminder <small> sent: confirm the change of leverage to <leverage>"},
		failed:    []string{"change <request> refused: <reason>, leverage stays at <leverage>"},
		reasons:   []string{"open positions", "wrong confirmation code", "file can't be read", "password too weak", "agreement not accepted"},
	}
}

func reportFamily() family {
	return family{
		done: []string{
			"report <request>: <small> pages, <bytes> bytes, built in <ms> ms",
			`{"report":"<request>","symbol":"<symbol>","rows":<bytes>,"took_ms":<ms>}`,
		},
		completed: []string{"export <request> completed, <bytes> bytes in <ms> ms"},
		info:      []string{"signal <symbol> <side> price:<price> sent to <small> devices"},
		failed:    []string{"report <request> stopped after <ms> ms: <reason>"},
		reasons:   []string{"range too long", "try again later", "no data", "subscription ended"},
	}
}

func userFamily() family {
	return family{
		done: []string{
			"client <client>: leverage <leverage>, currency <currency>",
			`{"client":<client>,"changed":["comment","leverage"],"leverage":"<leverage>"}`,
			"client <client>: <comment>",
		},
		completed: []string{"review of client <client> completed in <small> min, request <request>"},
		info:      []string{"client <client> opened in the back office, <small> open positions, <device>"},
		failed:    []string{"client <client> not changed: <reason>, request <request>"},
		reasons:   []string{"no such client", "record changed by another manager", "open positions", "group is closed", "rights missing"},
	}
}

func creditFamily() family {
	return family{
		done: []string{
			"client <client>: amount:<amount> <currency>, new balance:<balance>, #<ticket>",
			`{"client":<client>,"amount":<amount>,"currency":"<currency>","deal":<ticket>}`,
			"client <client>, request <request>: <comment>, amount:<amount>",
		},
		completed: []string{"payout to client <client> completed, amount:<amount> <currency>, #<ticket>"},
		info:      []string{"client <client>: withdrawal of amount:<amount> <currency> waits for a second approval"},
		failed:    []string{"client <client>, amount:<amount> <currency>: <reason>"},
		reasons:   []string{"needs a second approval", "balance would be negative", "limit of this manager exceeded", "already decided"},
	}
}

func dealFamily() family {
	return family{
		done: []string{
			"client <client> order #<ticket> <side> <lots> <symbol> price:<price>",
			`{"client":<client>,"order":<ticket>,"symbol":"<symbol>","price":<price>,"lots":<lots>}`,
		},
		completed: []string{"deal #<ticket> for client <client> completed: <lots> <symbol> price:<price>"},
		info:      []string{"client <client> asks for <lots> <symbol>, shown price:<price>"},
		failed:    []string{"client <client> order #<ticket> <symbol> price:<price>: <reason>"},
		reasons:   []string{"price expired", "client cancelled", "off quotes", "another dealer was faster"},
	}
}

func configFamily() family {
	return family{
		done:      []string{"<symbol>: spread <points> points, swap long -<small>, swap short <small>"},
		completed: []string{"roll-out of <symbol> settings completed on <small> servers in <ms> ms"},
		info:      []string{"settings of <symbol> compared with server <small>: <points> points apart"},
		failed:    []string{"settings of <symbol> not saved: <reason>, request <request>"},
		reasons:   []string{"spread out of range", "group in use", "changed by another manager"},
	}
}

func riskFamily() family {
	return family{
		done: []string{
			"account <client> margin level <percent> %, equity:<balance>",
			`{"account":<client>,"margin_level":<percent>,"equity":<balance>,"positions":<small>}`,
		},
		completed: []string{"sweep of <bytes> accounts completed in <ms> ms, lowest margin level <percent> %"},
		info:      []string{"account <client> is <points> points from stop out, margin level <percent> %"},
		failed:    []string{"account <client> margin level <percent> %: <reason>", "position #<ticket> <symbol> price:<price> stays open: <reason>"},
		reasons:   []string{"no price", "market closed", "account locked", "close request pending"},
	}
}

func routeFamily() family {
	return family{
		done: []string{
			"order #<ticket> <symbol> <lots> routed to <provider>, price:<price>, <ms> ms",
		},
		completed: []string{"hedge of #<ticket> with <provider> completed, price:<price>, <ms> ms"},
		info:      []string{"<provider> quotes <symbol> price:<price>, spread <points> points, <ms> ms"},
		failed:    []string{"<provider> refused #<ticket> <symbol> price:<price>: <reason>", "<provider> session <request>: <reason> after <ms> ms"},
		reasons:   []string{"last look", "no liquidity", "heartbeat lost", "sequence gap", "price stale"},
	}
}

func jobFamily() family {
	return family{
		done: []string{
			"batch <request>: <small> items, <bytes> bytes, <ms> ms",
			`{"job":"<request>","items":<small>,"bytes":<bytes>,"took_ms":<ms>}`,
		},
		completed: []string{"job <request> completed: <small> items, <bytes> bytes in <ms> ms"},
		info:      []string{"job <request> starts, <small> items queued, last run took <ms> ms"},
		failed:    []string{"job <request> stopped at item <small>: <reason>, <bytes> bytes done"},
		reasons:   []string{"connection reset by peer", "disk almost full", "timeout", "rejected by provider", "checksum mismatch"},
	}
}

// comments returns what managers write by hand, in their own languages.
// Escapes stand as they do in a journal's columns.
func comments() []string {
	return []string{
		"called back, wants a tighter spread", "asked for swap free account", "address confirmed by phone",
		"duplicate of an older account", "bonus agreed by email", "VIP since spring, handle with care",
		"prefers mail to calls", "documents renewed until next year", "complaint settled, see ticket",
		"Rückruf am Montag vereinbart", "адрес подтверждён по телефону", "メール確認済み", "prélèvement refusé, à rappeler",
		`first line\nsecond line: no answer`, `scan stored as C:\\scans\\id.pdf`, `name\tas in passport`,
	}
}

// devices returns what clients sign in with.
func devices() []string {
	return []string{
		"Terminal 4.2.1 Windows", "Terminal 4.2.0 Windows", "Terminal 4.1.7 macOS", "Android 15 app 3.9.4",
		"Android 14 app 3.9.2", "iOS 18.1 app 3.9.4", "iOS 17.6 app 3.8.8", "web terminal, Chrome", "web terminal, Safari", "FIX 4.4 session",
	}
}

// rarePhrases returns what ends one detail in many, most frequent first.
func rarePhrases() []string {
	return []string{
		", manual override", ", circuit breaker tripped", ", chargeback dispute opened", ", latency arbitrage suspected",
		", quote spike filtered", ", negative balance protection applied", ", corporate action pending", ", duplicate fill reversed",
		", market maker muted", ", sanctions list hit cleared", ", clock drift corrected", ", leap second observed",
	}
}
