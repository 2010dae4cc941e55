package requestlog

import (
	"strings"

	"github.com/mileusna/useragent"
)

// cachedAgents is how many user agents one generation of the cache holds.
const cachedAgents = 1024

// An agent is what the header User-Agent tells; "" is unknown.
type agent struct {
	device, deviceType, os, browser string
	bot                             bool
}

// agents remembers user agents that were parsed. It holds two generations: when
// the newer one is full, the older one is dropped, so that what clients make up
// takes bounded memory. It is for one goroutine.
type agents struct {
	current, previous map[string]agent
}

// parse returns what a User-Agent tells.
func (a *agents) parse(text string) agent {
	if len(text) > maxAgent {
		text = text[:maxAgent]
	}
	found, ok := a.current[text]
	if ok {
		return found
	}
	if found, ok = a.previous[text]; !ok {
		found = parseAgent(text)
	}
	if len(a.current) >= cachedAgents || a.current == nil {
		a.previous, a.current = a.current, make(map[string]agent)
	}
	a.current[text] = found
	return found
}

// parseAgent parses a User-Agent.
func parseAgent(text string) (found agent) {
	if text == "" {
		return agent{}
	}
	// The parser is not ours, and what it is given may be anything.
	defer func() {
		if recover() != nil {
			found = agent{}
		}
	}()
	ua := useragent.Parse(text)
	found = agent{device: ua.Device, os: ua.OS, browser: ua.Name, bot: ua.Bot || namesBot(text)}
	if ua.Name == text && !strings.Contains(text, "/") && strings.Contains(text, " ") {
		found.browser = "" // a sentence and no name
	}
	// On a tablet, browsers for Android leave the word Mobile out.
	tablet := ua.Tablet || ua.OS == useragent.Android && !strings.Contains(text, "Mobile")
	switch {
	case tablet:
		found.deviceType = "tablet"
	case ua.Mobile:
		found.deviceType = "mobile"
	case ua.Desktop:
		found.deviceType = "pc"
	}
	return found
}

// isFamily reports whether name is one that the parser gives to a system, a browser or
// a device of many, and no word of the User-Agent, which could be a secret.
func isFamily(name string) bool {
	switch name {
	case useragent.Windows, useragent.WindowsPhone, useragent.Android, useragent.MacOS, useragent.IOS, useragent.Linux,
		useragent.FreeBSD, useragent.ChromeOS, useragent.BlackBerry, useragent.Harmony,
		useragent.Opera, useragent.OperaMini, useragent.OperaTouch, useragent.Chrome, useragent.HeadlessChrome, useragent.Firefox,
		useragent.InternetExplorer, useragent.Safari, useragent.Edge, useragent.Vivaldi, useragent.SamsungBrowser, useragent.NetFront,
		useragent.GoogleAdsBot, useragent.Googlebot, useragent.Applebot, useragent.Bingbot, useragent.YandexBot, useragent.YandexAdNet,
		useragent.FacebookApp, useragent.InstagramApp, useragent.TiktokApp,
		"iPhone", "iPad":
		return true
	}
	return false
}

// namesBot reports whether text names a kind of program that is no browser.
func namesBot(text string) bool {
	text = strings.ToLower(text)
	for _, word := range [...]string{"crawler", "spider", "slurp", "bot/", "bot;", "headless"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
