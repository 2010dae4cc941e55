package generate

// An operation is an action by name. Lists of them are ordered by frequency,
// most frequent first.
type operation struct {
	name    string
	family  family
	done    []string // instead of the family's, where those don't fit
	modules []string // that do it, for the system's
}

// clientOperations returns what clients do.
func clientOperations() []operation {
	trade, order, login, money, profile, report := tradeFamily(), orderFamily(), loginFamily(), moneyFamily(), profileFamily(), reportFamily()
	return []operation{
		{name: "OpenTrade", family: trade},
		{name: "CloseTrade", family: trade, done: []string{
			"position #<ticket> <symbol> closed, price:<price> profit:<profit>",
			`{"position":<ticket>,"symbol":"<symbol>","price":<price>,"profit":<profit>}`,
		}},
		{name: "ModifyTrade", family: trade, done: []string{
			"position #<ticket> <symbol> sl:<sl> tp:<tp>, price:<price>",
			`{"position":<ticket>,"symbol":"<symbol>","sl":<sl>,"tp":<tp>,"request":"<request>"}`,
		}},
		{name: "Login", family: login},
		{name: "PlaceOrder", family: order},
		{name: "Deposit", family: money},
		{name: "CancelOrder", family: order, done: []string{
			"order #<ticket> <side> <lots> <symbol> withdrawn at price:<price>, request <request>",
		}},
		{name: "Withdraw", family: money},
		{name: "Logout", family: login, done: []string{"session <request> ended by user, <device>, <small> open positions"}},
		{name: "ModifyOrder", family: order, done: []string{"order #<ticket> <symbol> moved to price:<price> sl:<sl> tp:<tp>, request <request>"}},
		{name: "ClosePartial", family: trade, done: []string{"position #<ticket> <symbol> reduced by <lots> lots, price:<price> profit:<profit> <currency>"}},
		{name: "RefreshSession", family: login, done: []string{"session <request> renewed for <small> hours, <device>, <ms> ms"}},
		{name: "GetReport", family: report},
		{name: "ChangeLeverage", family: profile, done: []string{"leverage changed from <leverage> to <leverage>, request <request>, <small> open positions"}},
		{name: "TransferFunds", family: money, done: []string{"amount:<amount> <currency> moved to account <client>, balance:<balance>, #<ticket>"}},
		{name: "UpdateProfile", family: profile},
		{name: "ExportHistory", family: report},
		{name: "ChangePassword", family: profile, done: []string{"password changed from <device>, <small> other sessions ended"}},
		{name: "CloseBy", family: trade, done: []string{"positions #<ticket> and #<ticket> <symbol> closed by each other, profit:<profit> <currency>"}},
		{name: "OpenAccount", family: profile, done: []string{`{"account":<client>,"currency":"<currency>","leverage":"<leverage>","request":"<request>"}`}},
		{name: "UploadDocument", family: profile, done: []string{"document <request> received, <bytes> bytes, waits for a check"}},
		{name: "ConfirmEmail", family: profile, done: []string{"mail address confirmed from <device>, request <request>"}},
		{name: "EnableTwoFactor", family: login, done: []string{"second factor set up on <device>, <small> recovery codes shown"}},
		{name: "SubscribeSignal", family: report, done: []string{"signal <request> on <symbol> subscribed, <lots> lots for each position"}},
		{name: "ResetPassword", family: login, done: []string{"reset link <request> used from <device>, <small> min after it was sent"}},
		{name: "UnsubscribeSignal", family: report, done: []string{"signal <request> on <symbol> ended, result profit:<profit> <currency>"}},
		{name: "AcceptAgreement", family: profile, done: []string{"client agreement version <small> accepted from <device>"}},
		{name: "CloseAccount", family: profile, done: []string{"account <client> closed, rest of amount:<amount> <currency> paid by <payment>"}},
		{name: "DisableTwoFactor", family: login, done: []string{"second factor removed from <device>, confirmed by mail <request>"}},
		{name: "RequestCallback", family: report, done: []string{"call asked for in <small> hours about order #<ticket>, request <request>"}},
	}
}

// managerOperations returns what managers do.
func managerOperations() []operation {
	user, credit, deal, config := userFamily(), creditFamily(), dealFamily(), configFamily()
	return []operation{
		{name: "UpdateUser", family: user},
		{name: "ApproveWithdraw", family: credit},
		{name: "ConfirmOrder", family: deal},
		{name: "AddCredit", family: credit},
		{name: "ChangeGroup", family: user, done: []string{"client <client> moved to group <group>, leverage <leverage>"}},
		{name: "CorrectBalance", family: credit},
		{name: "DealOnBehalf", family: deal},
		{name: "CreateUser", family: user, done: []string{`{"client":<client>,"currency":"<currency>","leverage":"<leverage>","request":"<request>"}`}},
		{name: "VerifyDocument", family: user, done: []string{"client <client>: document <request> accepted, <bytes> bytes, <comment>"}},
		{name: "RequoteOrder", family: deal, done: []string{"client <client> offered <lots> <symbol> at price:<price>, <points> points away"}},
		{name: "RejectWithdraw", family: credit, done: []string{"client <client>: payout of amount:<amount> <currency> refused, <comment>"}},
		{name: "SendMessage", family: user, done: []string{"message <request> to client <client>, <bytes> bytes: <comment>"}},
		{name: "DisableUser", family: user, done: []string{"client <client> may not sign in any more: <comment>"}},
		{name: "EnableUser", family: user, done: []string{"client <client> may sign in again: <comment>"}},
		{name: "UpdateSymbol", family: config},
		{name: "ResetUserPassword", family: user, done: []string{"client <client>: reset link <request> sent, <small> sessions ended"}},
		{name: "UpdateGroup", family: config, done: []string{"group <group>: margin call <percent> %, stop out <percent> %, leverage <leverage>"}},
		{name: "DeleteUser", family: user, done: []string{"client <client> deleted, records kept under <request>"}},
	}
}

// systemOperations returns what the platform's own 18 modules do.
func systemOperations() []operation {
	risk, route, job := riskFamily(), routeFamily(), jobFamily()
	return []operation{
		{name: "MarginCheck", family: risk, modules: []string{"MarginWatch"}},
		{name: "RouteOrder", family: route, modules: []string{"OrderRouter", "LP-Bridge-1", "LP-Bridge-2"}},
		{name: "SyncLiquidity", family: route, modules: []string{"PriceFeed", "LP-Bridge-1", "LP-Bridge-2"}, done: []string{
			`{"provider":"<provider>","symbol":"<symbol>","bid":<price>,"latency_ms":<ms>}`,
		}},
		{name: "SendNotification", family: job, modules: []string{"MailGateway", "PushNotifier"}, done: []string{
			"client <client> told about order #<ticket>, message <request>, <ms> ms",
		}},
		{name: "ChargeSwap", family: risk, modules: []string{"SwapRollover"}, done: []string{
			"account <client> position #<ticket> <symbol> swap:<profit> price:<price>",
		}},
		{name: "StopOut", family: risk, modules: []string{"StopOutEngine"}, done: []string{
			"account <client> margin level <percent> %: position #<ticket> <symbol> closed, price:<price>",
		}},
		{name: "MarginCall", family: risk, modules: []string{"RiskMonitor", "MarginWatch"}},
		{name: "ExpireOrder", family: route, modules: []string{"OrderExpiry"}, done: []string{
			"order #<ticket> <side> <lots> <symbol> price:<price> has expired, market at price:<price>",
		}},
		{name: "ReconcilePayments", family: job, modules: []string{"PaymentGateway", "Reconciler"}},
		{name: "CloseIdleSession", family: job, modules: []string{"SessionGuard"}, done: []string{
			"session <request> of account <client> closed after <small> min, <device>",
		}},
		{name: "BackupDatabase", family: job, modules: []string{"BackupAgent", "JournalKeeper"}},
		{name: "RestartPlugin", family: job, modules: []string{"PluginHost", "Watchdog"}, done: []string{
			"plugin restarted after <small> missed heartbeats, ready in <ms> ms, process <request>",
		}},
	}
}
