package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Settings are what serve can be told, in the groups of its help text. Each
// setting is one flag, one environment variable and one name in the
// configuration file; the first of these that gives a value decides:
//
//	flag --tls-cert  >  DAYBOOK_TLS_CERT  >  tls-cert: in the file  >  default
//
// Both lists and single values can be set from everywhere; in the environment
// a list is separated by commas. An empty variable counts as not set.
type settings struct {
	config
	groups []settingGroup
}

// A settingGroup is the flags that belong together.
type settingGroup struct {
	title string
	flags *pflag.FlagSet
}

// group starts a group of settings and returns its flags.
func (s *settings) group(title string) *pflag.FlagSet {
	flags := pflag.NewFlagSet(title, pflag.ContinueOnError)
	s.groups = append(s.groups, settingGroup{title, flags})
	return flags
}

// addTo makes the settings flags of a command.
func (s *settings) addTo(flags *pflag.FlagSet) {
	for _, g := range s.groups {
		flags.AddFlagSet(g.flags)
	}
}

// each calls do for every setting.
func (s *settings) each(do func(*pflag.Flag)) {
	for _, g := range s.groups {
		g.flags.VisitAll(do)
	}
}

// lookup returns the setting of that name, nil if there is none.
func (s *settings) lookup(name string) *pflag.Flag {
	for _, g := range s.groups {
		if f := g.flags.Lookup(name); f != nil {
			return f
		}
	}
	return nil
}

// usage returns the help text of all settings, by group.
func (s *settings) usage() string {
	var b strings.Builder
	for _, g := range s.groups {
		fmt.Fprintf(&b, "%s:\n%s\n", g.title, g.flags.FlagUsages())
	}
	return strings.TrimRight(b.String(), "\n")
}

// given returns the values that the command line gave, for a later reload.
func (s *settings) given() map[string][]string {
	given := make(map[string][]string)
	s.each(func(f *pflag.Flag) {
		if f.Changed {
			given[f.Name] = flagValues(f)
		}
	})
	return given
}

// load completes the settings: given are the command line's values, the
// environment and the configuration file follow. It checks each value, not
// what they mean together.
func (s *settings) load(given map[string][]string, getenv func(string) string) error {
	for name, values := range given {
		if err := setFlag(s.lookup(name), values); err != nil {
			return usagef("--%s: %w", name, err)
		}
	}
	var failed error
	s.each(func(f *pflag.Flag) {
		text := getenv(envName(f.Name))
		if _, ok := given[f.Name]; ok || text == "" || failed != nil {
			return
		}
		if err := setFlag(f, envValues(f, text)); err != nil {
			failed = usagef("%s: %w", envName(f.Name), err)
		}
	})
	if failed != nil || s.configFile == "" {
		return failed
	}
	return s.loadFile(given, getenv)
}

// loadFile takes what the configuration file says of settings that nothing
// before it has given. Names that are no settings are errors.
func (s *settings) loadFile(given map[string][]string, getenv func(string) string) error {
	entries, err := readConfigFile(s.configFile)
	if err != nil {
		return usageError{fmt.Errorf("configuration: %w", err)}
	}
	for _, entry := range entries {
		f := s.lookup(entry.Name)
		if f == nil || f.Name == "config" {
			return usagef("configuration: %s: %w", entry.Where, s.unknown(entry.Name))
		}
		if _, ok := given[f.Name]; ok || getenv(envName(f.Name)) != "" {
			f = newSettings().lookup(f.Name) // outranked, and checked all the same
		}
		if err := setFlag(f, entry.Values); err != nil {
			return usagef("configuration: %s: %s: %w", entry.Where, entry.Name, err)
		}
	}
	return nil
}

// unknown says that name is no setting, which one may be meant, and where all of
// them are.
func (s *settings) unknown(name string) error {
	which := ";"
	if n := nearest(name, s.names()); n != "" {
		which = "; is " + n + " meant?"
	}
	return fmt.Errorf("unknown setting %q%s 'daybook serve --help' lists all settings", name, which)
}

// names returns the names of all settings, in the order of the help text.
func (s *settings) names() []string {
	var names []string
	s.each(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// setFlag gives f its values.
func setFlag(f *pflag.Flag, values []string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.Replace(values)
	}
	if len(values) != 1 {
		return errors.New("takes one value, not a list")
	}
	return valueError(f, values[0], f.Value.Set(values[0]))
}

// valueError returns err, of setting f to text, in words where it is in those of
// the parsers of Go.
func valueError(f *pflag.Flag, text string, err error) error {
	if err == nil {
		return nil
	}
	switch f.Value.Type() {
	case "int", "int64", "uint64":
		return fmt.Errorf("%q is no whole number that can stand here", text)
	case "float64":
		return fmt.Errorf("%q is no number", text)
	case "bool":
		return fmt.Errorf("%q is neither true nor false", text)
	case "duration":
		return fmt.Errorf("%q is no duration; want it as 90s, 25m or 24h", text)
	}
	return err
}

// flagError says which flag is at fault, in the words in which an environment
// variable or a file is told, and of one that is none, which may be meant.
func flagError(cmd *cobra.Command, err error) error {
	if invalid := (*pflag.InvalidValueError)(nil); errors.As(err, &invalid) {
		f := invalid.GetFlag()
		return fmt.Errorf("--%s: %w", f.Name, valueError(f, invalid.GetValue(), invalid.Unwrap()))
	}
	if unknown := (*pflag.NotExistError)(nil); errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if n := nearest(unknown.GetSpecifiedName(), names); n != "" {
			return fmt.Errorf("%w; is --%s meant?", err, n)
		}
	}
	return err
}

// flagValues returns the present values of f, as setFlag takes them.
func flagValues(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}

// envValues splits the value of an environment variable where f is a list.
func envValues(f *pflag.Flag, text string) []string {
	if _, ok := f.Value.(pflag.SliceValue); !ok {
		return []string{text}
	}
	var values []string
	for value := range strings.SplitSeq(text, ",") {
		values = append(values, strings.TrimSpace(value))
	}
	return values
}
