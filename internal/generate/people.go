package generate

import (
	"net/netip"
	"slices"
	"strconv"
)

// Sizes of the population.
const (
	clientCount  = 20_000
	managerCount = 300
	sourceCount  = 30_000
)

// Well known members of the population, whatever the seed: examples,
// benchmarks and tests ask for them. Ranks are from 0, the most frequent.
const (
	knownClient     = "185932" // some 2,700 lines in ten million
	knownClientRank = 250

	knownManager     = "1223"
	knownManagerRank = 5

	bridgeAddress     = "127.0.0.2" // somewhat less than one in a hundred of clients' and managers' lines
	bridgeAddressRank = 1

	loopbackAddress     = "127.0.0.1" // some 90 lines in ten million
	loopbackAddressRank = 1800
)

// roaming is the share, one in so many, of lines that come from elsewhere
// than their actor's usual address.
const roaming = 6

// officeSize is how many managers sit behind one address.
const officeSize = 8

// people are the actors of a journal and where they are; immutable.
type people struct {
	clients, managers, sources []string
	client, manager, source    *picker
}

func newPeople(seed uint64) *people {
	r := newRandom(seed, -1)
	return &people{
		clients:  names(clientCount, knownClientRank, knownClient, func() string { return strconv.Itoa(100_000 + r.below(900_000)) }),
		managers: names(managerCount, knownManagerRank, knownManager, func() string { return strconv.Itoa(1000 + r.below(1000)) }),
		sources:  addresses(&r),
		client:   zipf(clientCount), manager: zipf(managerCount), source: zipf(sourceCount),
	}
}

// names returns n different names made by next, but for a known one.
func names(n, knownRank int, known string, next func() string) []string {
	seen := map[string]bool{known: true}
	all := make([]string, 0, n)
	for len(all) < n {
		name := known
		if len(all) != knownRank {
			if name = next(); seen[name] {
				continue
			}
		}
		seen[name] = true
		all = append(all, name)
	}
	return all
}

// addresses returns different public IPv4 addresses, but for the known ones.
func addresses(r *random) []string {
	next := func() string {
		for {
			a := netip.AddrFrom4([4]byte{byte(1 + r.below(223)), byte(r.below(256)), byte(r.below(256)), byte(1 + r.below(254))})
			if a.IsGlobalUnicast() && !a.IsPrivate() {
				return a.String()
			}
		}
	}
	all := names(sourceCount-1, bridgeAddressRank, bridgeAddress, next)
	return slices.Insert(all, loopbackAddressRank, loopbackAddress)
}

// pickClient draws a client and the address it comes from: mostly its usual one.
func (p *people) pickClient(r *random) (id, source string) {
	rank := p.client.pick(r)
	home := rank
	if home == bridgeAddressRank || home == loopbackAddressRank {
		home = clientCount + managerCount // nobody's usual address
	}
	return p.clients[rank], p.address(home, r)
}

// pickManager draws a manager and the address it comes from: mostly its office's.
func (p *people) pickManager(r *random) (id, source string) {
	rank := p.manager.pick(r)
	return p.managers[rank], p.address(clientCount+rank/officeSize, r)
}

func (p *people) address(home int, r *random) string {
	if r.oneIn(roaming) {
		return p.sources[p.source.pick(r)]
	}
	return p.sources[home]
}
