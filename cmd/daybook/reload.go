package main

import (
	"slices"

	"daybook/auth"

	"github.com/spf13/pflag"
	"go.uber.org/zap"
)

// reload reads the settings again and applies what can change while the server
// runs; the rest is named in the log as waiting for a restart. Settings with a
// fault change nothing.
func (v *service) reload(given map[string][]string, getenv func(string) string) {
	next := newSettings()
	err := next.load(given, getenv)
	if err == nil {
		err = next.check()
	}
	var jwts *auth.JWTs
	if err == nil {
		jwts, err = next.openJWTs()
	}
	if err != nil {
		v.log.Error("reload refused, nothing changed", zap.Error(err))
		return
	}
	changed := v.settings.differences(next)
	var applied, restart []string
	for _, name := range changed {
		if reloadable(name) {
			applied = append(applied, name)
		} else {
			restart = append(restart, name)
		}
	}
	for _, name := range applied {
		// The values come from a flag of the same kind, which has taken them.
		if err := setFlag(v.settings.lookup(name), flagValues(next.lookup(name))); err != nil {
			v.log.Error("reload", zap.String("setting", name), zap.Error(err))
		}
	}
	v.apply()
	v.useJWTs(jwts)
	v.log.Info("settings read again", zap.Strings("applied", applied), zap.Strings("needs_restart", restart))
}

// apply puts the present settings to work, as far as they can change.
func (v *service) apply() {
	if level, err := parseLevel(v.settings.logLevel); err == nil {
		v.level.SetLevel(level)
	}
	v.rpc.AllowOrigins(v.settings.allowOrigin)
	if v.cert != nil {
		v.cert.Refresh()
	}
}

// differences names the settings whose values are not the same in next.
func (s *settings) differences(next *settings) []string {
	var names []string
	s.each(func(f *pflag.Flag) {
		if !slices.Equal(flagValues(f), flagValues(next.lookup(f.Name))) {
			names = append(names, f.Name)
		}
	})
	return names
}

// reloadable tells whether a setting can change while the server runs. The
// content of the TLS files can as well; their names, and the limits, which
// open connections rely on, wait for a restart.
func reloadable(name string) bool {
	switch name {
	case "allow-origin", "log-level", "drain", "jwt-key", "jwt-claim-session", "jwt-issuer", "jwt-audience":
		return true
	}
	return false
}
